import { accuracy, type Confusion, confusionMatrix, correctCount } from "./confusion.ts";
import { f1PerClass, selectionF1 } from "./f1.ts";
import { bootstrapInterval, type RandomSource } from "./intervals/bootstrap.ts";
import { type Interval, wilsonInterval } from "./intervals/wilson.ts";

/** A classifier's figures on a set of records. */
export interface RhythmScore {
  readonly records: number;
  readonly accuracy: number;
  /** Wilson's interval of the accuracy, 95 %. */
  readonly accuracyInterval: Interval;
  /** F1 by label; null for a class that neither occurs nor is predicted. */
  readonly f1: Readonly<Record<string, number | null>>;
  /** Mean F1 of N, A and O where these classes exist (CinC 2017), else of all classes that occur. */
  readonly f1Macro: number;
  /** Percentile bootstrap interval of that mean over records, 95 %. */
  readonly f1MacroInterval: Interval;
  /** Confusion matrix: rows are true classes, columns predicted ones. */
  readonly confusion: Confusion;
}

/** Computes all figures of a set from paired class indices; `random` draws for the bootstrap. */
export function scoreRhythms(
  truths: readonly number[],
  predictions: readonly number[],
  classes: readonly string[],
  random: RandomSource,
): RhythmScore {
  const confusion = confusionMatrix(truths, predictions, classes.length);
  const f1 = f1PerClass(confusion);
  return {
    records: truths.length,
    accuracy: accuracy(confusion),
    accuracyInterval: wilsonInterval(correctCount(confusion), truths.length),
    f1: Object.fromEntries(classes.map((label, index) => [label, Number.isNaN(f1[index]) ? null : f1[index]])),
    f1Macro: selectionF1(confusion, classes),
    f1MacroInterval: bootstrapInterval(
      truths,
      predictions,
      classes.length,
      (resampled) => selectionF1(resampled, classes),
      random,
    ),
    confusion,
  };
}
