/**
 * Weights of the classes in the loss: frequency ^ -power, scaled so that the mean weight of a record is 1.
 * Power 0 treats records alike, 1 treats classes alike. A class without records has weight 0.
 */
export function classWeights(counts: readonly number[], power: number): number[] {
  const raw = counts.map((count) => (count === 0 ? 0 : count ** -power));
  const records = counts.reduce((sum, count) => sum + count, 0);
  const mean = raw.reduce((sum, weight, index) => sum + weight * counts[index], 0) / records;
  return raw.map((weight) => weight / mean);
}
