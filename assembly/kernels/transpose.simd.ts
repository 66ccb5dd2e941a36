/** Bytes between the rows that transposeWords writes. */
export const TRANSPOSED_ROW_BYTES = 32;

/** Four rows of four 32-bit words, at four addresses, to their columns from `to` on. They may lie in each other's place. */
export function transposeWords(row0: usize, row1: usize, row2: usize, row3: usize, to: usize): void {
  const x0 = v128.load(row0), x1 = v128.load(row1), x2 = v128.load(row2), x3 = v128.load(row3);
  const low01 = v128.shuffle<i32>(x0, x1, 0, 4, 1, 5), high01 = v128.shuffle<i32>(x0, x1, 2, 6, 3, 7);
  const low23 = v128.shuffle<i32>(x2, x3, 0, 4, 1, 5), high23 = v128.shuffle<i32>(x2, x3, 2, 6, 3, 7);
  v128.store(to, v128.shuffle<i64>(low01, low23, 0, 2));
  v128.store(to, v128.shuffle<i64>(low01, low23, 1, 3), TRANSPOSED_ROW_BYTES);
  v128.store(to, v128.shuffle<i64>(high01, high23, 0, 2), 2 * TRANSPOSED_ROW_BYTES);
  v128.store(to, v128.shuffle<i64>(high01, high23, 1, 3), 3 * TRANSPOSED_ROW_BYTES);
}
