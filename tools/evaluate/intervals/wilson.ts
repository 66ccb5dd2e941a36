export type Interval = readonly [low: number, high: number];

/** The 97.5 % quantile of the standard normal distribution. */
const Z_95 = 1.959963984540054;

/** Computes the Wilson score interval of a proportion at 95 % (Wilson 1927); [0, 1] without trials. */
export function wilsonInterval(successes: number, trials: number): Interval {
  if (!(successes >= 0 && successes <= trials)) throw new RangeError(`${successes} successes in ${trials} trials`);
  if (trials === 0) return [0, 1];
  const share = successes / trials;
  const z2 = Z_95 * Z_95;
  const centre = (share + z2 / (2 * trials)) / (1 + z2 / trials);
  const half = (Z_95 / (1 + z2 / trials)) * Math.sqrt((share * (1 - share)) / trials + z2 / (4 * trials * trials));
  // At either end the bound is exact, and rounding must not carry it past the share itself.
  return [Math.max(0, Math.min(share, centre - half)), Math.min(1, Math.max(share, centre + half))];
}
