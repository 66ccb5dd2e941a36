import type { Confusion } from "./confusion.ts";
import { mean } from "./mean.ts";

/** The classes over which the PhysioNet/CinC Challenge 2017 averages, without noise (Clifford et al. 2017). */
const CINC2017_SCORED = ["N", "A", "O"];

/**
 * Computes F1 of each class, 2 TP / (2 TP + FP + FN), the harmonic mean of precision and recall; NaN for a class that
 * is neither present nor predicted.
 */
export function f1PerClass(confusion: Confusion): number[] {
  return confusion.map((row, index) => {
    const actual = row.reduce((sum, count) => sum + count, 0);
    const predicted = confusion.reduce((sum, other) => sum + other[index], 0);
    return (2 * row[index]) / (actual + predicted);
  });
}

/** Averages F1 over the classes that occur, as truth or as prediction; 0 where none does. */
export function macroF1(confusion: Confusion): number {
  return mean(f1PerClass(confusion).filter((f1) => !Number.isNaN(f1)));
}

/** Computes the Challenge's score, the mean F1 over N, A and O; null where the classes are not the Challenge's. */
export function cincF1(confusion: Confusion, classes: readonly string[]): number | null {
  if (!CINC2017_SCORED.every((label) => classes.includes(label))) return null;
  const f1 = f1PerClass(confusion);
  return mean(CINC2017_SCORED.map((label) => f1[classes.indexOf(label)] || 0));
}

/** Computes the figure by which networks are chosen: the Challenge's score where it applies, else macro F1. */
export function selectionF1(confusion: Confusion, classes: readonly string[]): number {
  return cincF1(confusion, classes) ?? macroF1(confusion);
}
