/** Counts of outcomes, `counts[truth][prediction]`, both in the order of the classes. */
export type Confusion = readonly (readonly number[])[];

/**
 * Counts the confusion matrix of paired class indices. Throws RangeError on lists of unequal length and on an index
 * outside 0 .. classes - 1.
 */
export function confusionMatrix(truths: readonly number[], predictions: readonly number[], classes: number): Confusion {
  if (truths.length !== predictions.length) {
    throw new RangeError(`${truths.length} true classes against ${predictions.length} predicted`);
  }
  const counts = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
  truths.forEach((truth, index) => {
    for (const value of [truth, predictions[index]]) {
      if (!Number.isInteger(value) || value < 0 || value >= classes) {
        throw new RangeError(`class index ${value} is outside 0..${classes - 1}`);
      }
    }
    counts[truth][predictions[index]]++;
  });
  return counts;
}

export function recordCount(confusion: Confusion): number {
  return confusion.flat().reduce((sum, count) => sum + count, 0);
}

/** Counts the records whose predicted class is the true one. */
export function correctCount(confusion: Confusion): number {
  return confusion.reduce((sum, row, index) => sum + row[index], 0);
}

/** Computes the share of records with the right class; 0 where there are none. */
export function accuracy(confusion: Confusion): number {
  const records = recordCount(confusion);
  return records === 0 ? 0 : correctCount(confusion) / records;
}
