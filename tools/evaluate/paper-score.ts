import { accuracy, type Confusion, confusionMatrix, correctCount } from "./confusion.ts";
import { macroF1 } from "./f1.ts";
import { bootstrapInterval, type RandomSource } from "./intervals/bootstrap.ts";
import { type Interval, wilsonInterval } from "./intervals/wilson.ts";
import { macroPrecision, macroRecall } from "./precision-recall.ts";

/** A share, 0 to 1, with its 95 % interval. */
export interface Measured {
  readonly value: number;
  readonly ci95: Interval;
}

/** The four figures of the paper's tables. */
export interface PaperScore {
  readonly records: number;
  /** Accuracy with Wilson's interval. */
  readonly accuracy: Measured;
  /**
   * Precision; as recall and F1 a mean over the classes that occur, with a percentile bootstrap interval over records.
   */
  readonly precision: Measured;
  readonly recall: Measured;
  readonly f1: Measured;
  /** Confusion matrix: rows are true classes, columns predicted ones. */
  readonly confusion: Confusion;
}

/** Scores paired class indices as the paper's Tables 1 and 2 do. Throws RangeError where there are no records. */
export function scoreAsPaper(
  truths: readonly number[],
  predictions: readonly number[],
  classes: number,
  random: RandomSource,
): PaperScore {
  const confusion = confusionMatrix(truths, predictions, classes);
  const macro = (figure: (confusion: Confusion) => number): Measured => ({
    value: figure(confusion),
    ci95: bootstrapInterval(truths, predictions, classes, figure, random),
  });
  return {
    records: truths.length,
    accuracy: { value: accuracy(confusion), ci95: wilsonInterval(correctCount(confusion), truths.length) },
    precision: macro(macroPrecision),
    recall: macro(macroRecall),
    f1: macro(macroF1),
    confusion,
  };
}
