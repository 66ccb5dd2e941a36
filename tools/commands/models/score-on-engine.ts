import type { ConditionedRecord } from "../../data/record.ts";
import { decideRecords } from "../../evaluate/decide.ts";
import { type ScoredLogits, scoreLogits } from "../../evaluate/score-logits.ts";
import { withProgress } from "../terminal/progress.ts";

/** Decides records with a packed model on the engine, under a progress bar, and scores the decisions. */
export async function scoreOnEngine(
  model: Uint8Array,
  classes: readonly string[],
  records: readonly ConditionedRecord[],
): Promise<ScoredLogits> {
  const decided = await withProgress("deciding records", (update) => decideRecords(model, records, update));
  return scoreLogits(
    decided.map(({ logits }) => logits),
    records,
    classes,
  );
}
