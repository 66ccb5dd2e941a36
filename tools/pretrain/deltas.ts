/** Tokens to each side that a slope is fitted over. */
const REACH = 2;

/**
 * The slope of every value over five tokens, by least squares: sum n (x[t+n] - x[t-n]) / (2 sum n^2), n = 1, 2. Before the
 * first token stands the first, after the last the last.
 * @param rows [tokens][width]
 * @returns [tokens][width]
 */
export function deltas(rows: Float32Array, width: number): Float32Array {
  const tokens = rows.length / width;
  const at = (token: number, column: number) => rows[Math.min(tokens - 1, Math.max(0, token)) * width + column];
  const norm = 2 * Array.from({ length: REACH }, (_, n) => (n + 1) ** 2).reduce((sum, square) => sum + square, 0);
  const slopes = new Float32Array(rows.length);
  for (let token = 0; token < tokens; token++) {
    for (let column = 0; column < width; column++) {
      let sum = 0;
      for (let n = 1; n <= REACH; n++) sum += n * (at(token + n, column) - at(token - n, column));
      slopes[token * width + column] = sum / norm;
    }
  }
  return slopes;
}
