import type { Confusion } from "../confusion.ts";
import { type RandomSource, RESAMPLES } from "./bootstrap.ts";

/**
 * Computes a figure of several classifiers' confusion matrices on the same bootstrap draws of the records, so that
 * differences between classifiers can be taken draw by draw. All class indices are 0 .. classes - 1.
 * @param predictions [classifiers][records]
 * @returns [classifiers][RESAMPLES]. Throws RangeError where there are no records or one of the lists is shorter.
 */
export function pairedResamples(
  truths: readonly number[],
  predictions: readonly (readonly number[])[],
  classes: number,
  figure: (confusion: Confusion) => number,
  random: RandomSource,
): readonly Float64Array[] {
  const records = truths.length;
  if (records === 0) throw new RangeError("a bootstrap needs one record or more");
  const short = predictions.find((list) => list.length !== records);
  if (short) throw new RangeError(`${records} true classes against ${short.length} predicted`);
  const cells = predictions.map((list) => Uint32Array.from(list, (prediction, i) => truths[i] * classes + prediction));
  const figures = predictions.map(() => new Float64Array(RESAMPLES));
  const counts = new Uint32Array(classes * classes);
  for (let draw = 0; draw < RESAMPLES; draw++) {
    const times = new Uint32Array(records);
    for (let i = 0; i < records; i++) times[random.integer(records)]++;
    for (const [classifier, cell] of cells.entries()) {
      counts.fill(0);
      for (let i = 0; i < records; i++) counts[cell[i]] += times[i];
      const rows = Array.from({ length: classes }, (_, row) => [
        ...counts.subarray(row * classes, (row + 1) * classes),
      ]);
      figures[classifier][draw] = figure(rows);
    }
  }
  return figures;
}
