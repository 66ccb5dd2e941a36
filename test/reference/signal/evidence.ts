/** A peak of the height as the detector weighs it. */
export interface Weighed {
  readonly height: number;
  readonly before: number;
  readonly after: number;
  readonly fineness: number;
  readonly shape: readonly number[];
}

/** The levels, the last beat and the mean shape of beats that a candidate is compared with. */
export interface Measure {
  readonly threshold: number;
  readonly signal: number;
  readonly interval: number;
  /** Samples since the last beat's candidate, and that one's fineness (0: there is none). */
  readonly gap: number;
  readonly lastFineness: number;
  readonly template: readonly number[];
}

/** The table of docs/numerics/front-end.md, "Evidence". */
export function evidence(candidate: Weighed, measure: Measure): number {
  const { threshold, signal, interval, gap, lastFineness, template } = measure;
  const above = (value: number, base: number, low: number, high: number) =>
    16 * Math.min(high, Math.max(low, (log2(value) - log2(base)) / 16));
  const margin = above(candidate.height, threshold, -3, 3);
  let sum = -1364 + margin * (margin > 0 ? 499 : 535);
  sum -= 829 * above(candidate.height, signal, 0, 2);
  if (gap < 180 && lastFineness > 0) sum += 405 * above(candidate.fineness, lastFineness, -4, 2);
  sum -= 124 * above(candidate.before, candidate.height, -5, 0);
  sum -= 144 * above(candidate.after, candidate.height, -5, 0);
  sum -= 97 * Math.max(0, Math.floor((256 * (4 * interval - 5 * gap)) / (5 * interval)));
  return sum - 39 * dissimilarity(candidate.shape, template);
}

/** 16 log2(value + 1): whole octaves, and the sixteenths of a straight line between them. */
function log2(value: number): number {
  const octave = Math.floor(Math.log2(value + 1));
  return 16 * octave + Math.floor((16 * (value + 1)) / 2 ** octave) - 16;
}

function dissimilarity(a: readonly number[], b: readonly number[]): number {
  const apart = a.reduce((sum, value, i) => sum + Math.abs(value - b[i]), 0);
  const both = a.reduce((sum, value, i) => sum + Math.abs(value) + Math.abs(b[i]), 0);
  return both > 0 ? Math.floor((256 * apart) / both) : 256;
}
