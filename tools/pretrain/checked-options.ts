import { checkOptions } from "../options/check-options.ts";
import { DEFAULT_PRETRAIN_OPTIONS, type PretrainOptions } from "./options.ts";
import { PRETRAIN_TABLE } from "./pretrain-table.ts";

/** The options with their gaps filled. Throws RangeError on a value outside its range. */
export function pretrainOptions(given: Partial<PretrainOptions> = {}): PretrainOptions {
  const options = { ...DEFAULT_PRETRAIN_OPTIONS, ...given };
  checkOptions(PRETRAIN_TABLE, options);
  return options;
}
