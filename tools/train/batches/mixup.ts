import type { SeededRandom } from "../../random/random.ts";

/**
 * Mixup (Zhang et al. 2018), in place: each row becomes `share` of itself and `1 - share` of another row of the batch,
 * the targets alike. Shares are drawn from Beta(alpha, alpha); all rows are mixed with the rows as they were.
 * @param arrays each [rows][any]: the signals and what they should come to
 */
export function mixRows(arrays: readonly Float32Array[], rows: number, alpha: number, random: SeededRandom): void {
  const partners = random.shuffle(Array.from({ length: rows }, (_, row) => row));
  const shares = partners.map(() => betaDraw(alpha, random));
  for (const values of arrays) {
    const before = values.slice();
    const width = values.length / rows;
    partners.forEach((partner, row) => {
      const share = shares[row];
      for (let i = 0; i < width; i++) {
        values[row * width + i] = share * before[row * width + i] + (1 - share) * before[partner * width + i];
      }
    });
  }
}

/** Beta(alpha, alpha) by Joehnk's method (1964): it takes 2 draws and more, 12 on average at alpha 2. */
function betaDraw(alpha: number, random: SeededRandom): number {
  for (;;) {
    const a = random.next() ** (1 / alpha);
    const b = random.next() ** (1 / alpha);
    if (a + b > 0 && a + b <= 1) return a / (a + b);
  }
}
