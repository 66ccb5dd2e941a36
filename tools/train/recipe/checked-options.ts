import { checkOptions } from "../../options/check-options.ts";
import { DEFAULT_TRAIN_OPTIONS, type TrainOptions } from "./options.ts";
import { CHECKED_TABLE } from "./recipe-table.ts";

/** The recipe with its gaps filled. Throws RangeError on a value outside its range. */
export function trainOptions(given: Partial<TrainOptions> = {}): TrainOptions {
  const options = { ...DEFAULT_TRAIN_OPTIONS, ...given };
  const { augmentation, cropSamples, freeze } = options;
  checkOptions(CHECKED_TABLE, options);
  if (typeof freeze === "number" && !(Number.isInteger(freeze) && freeze >= 0))
    throw new RangeError(`freeze must be conv or an integer of 0 or more, not ${freeze}`);
  const { maskSamples, noiseDecibels } = augmentation;
  if (!(maskSamples >= 0 && maskSamples <= cropSamples))
    throw new RangeError(`maskSamples must be within 0 to ${cropSamples}, not ${maskSamples}`);
  const [low, high] = noiseDecibels;
  if (!(low <= high)) throw new RangeError(`noiseDecibels must run from low to high, not from ${low} to ${high}`);
  return options;
}
