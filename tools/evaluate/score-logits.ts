import { SeededRandom } from "../random/random.ts";
import { argMax } from "./arg-max.ts";
import { type RhythmScore, scoreRhythms } from "./score.ts";

/** Scores paired class indices; the bootstrap's draws are always the same. */
export function scoreDecisions(
  truths: readonly number[],
  predictions: readonly number[],
  classes: readonly string[],
): RhythmScore {
  return scoreRhythms(truths, predictions, classes, new SeededRandom(1));
}

/** A model's decisions on labelled records and their score. */
export interface ScoredLogits {
  readonly score: RhythmScore;
  /** Predicted class index of each record. */
  readonly predictions: readonly number[];
  /** Count of records without a decision; each counts as wrong, with the class after the true one as its prediction. */
  readonly undecided: number;
}

/** Scores the logits of records, in the records' order; null stands for a record that is too short for a decision. */
export function scoreLogits(
  logits: readonly (ArrayLike<number> | null)[],
  records: readonly { readonly label: string }[],
  classes: readonly string[],
): ScoredLogits {
  const truths = records.map(({ label }) => classes.indexOf(label));
  const predictions = logits.map((row, i) => (row ? argMax(row) : (truths[i] + 1) % classes.length));
  return {
    score: scoreDecisions(truths, predictions, classes),
    predictions,
    undecided: logits.filter((row) => row === null).length,
  };
}
