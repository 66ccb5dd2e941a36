import type { Confusion } from "./confusion.ts";

/**
 * Averages precision, TP / (TP + FP), over the classes that occur, as truth or as prediction; 0 where none does. A
 * class that is never predicted has precision 0, so that a constant predictor of four classes has a quarter of its
 * accuracy.
 */
export function macroPrecision(confusion: Confusion): number {
  return meanOverOccurring(confusion, ({ hits, predicted }) => hits / predicted);
}

/** Averages recall, TP / (TP + FN), over the same classes; it is 0 for a class that is predicted but never true. */
export function macroRecall(confusion: Confusion): number {
  return meanOverOccurring(confusion, ({ hits, actual }) => hits / actual);
}

interface ClassCounts {
  readonly hits: number;
  readonly actual: number;
  readonly predicted: number;
}

function meanOverOccurring(confusion: Confusion, share: (counts: ClassCounts) => number): number {
  const occurring = confusion
    .map((row, index) => ({
      hits: row[index],
      actual: sum(row),
      predicted: sum(confusion.map((other) => other[index])),
    }))
    .filter(({ actual, predicted }) => actual + predicted > 0);
  // 0 / 0 is NaN, and counts as 0.
  return occurring.length === 0 ? 0 : sum(occurring.map((counts) => share(counts) || 0)) / occurring.length;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
