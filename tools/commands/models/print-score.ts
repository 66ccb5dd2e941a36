import type { ConditionedRecord } from "../../data/record.ts";
import { argMax } from "../../evaluate/arg-max.ts";
import { type RhythmScore, scoreRhythms } from "../../evaluate/score.ts";
import { SeededRandom } from "../../random/random.ts";
import type { RecordLogits } from "../../train/predict.ts";
import { percent, percentInterval, printLine } from "../terminal/output.ts";

/** Every figure of a set; the bootstrap draws the same each time. */
export function score(
  truths: readonly number[],
  predictions: readonly number[],
  classes: readonly string[],
): RhythmScore {
  return scoreRhythms(truths, predictions, classes, new SeededRandom(1));
}

/** Scores logits of records, in their order. */
export function scoreLogits(
  logits: readonly Pick<RecordLogits, "mean">[],
  records: readonly Pick<ConditionedRecord, "label">[],
  classes: readonly string[],
): RhythmScore {
  const truths = records.map(({ label }) => classes.indexOf(label));
  return score(
    truths,
    logits.map(({ mean }) => argMax(mean)),
    classes,
  );
}

export function printScore(title: string, score: RhythmScore): void {
  printLine(
    `${title}: accuracy ${percent(score.accuracy)} [${percentInterval(score.accuracyInterval)}], ` +
      `F1 ${score.f1Macro.toFixed(3)} [${score.f1MacroInterval.map((value) => value.toFixed(3)).join("-")}], ` +
      `n = ${score.records}`,
  );
}
