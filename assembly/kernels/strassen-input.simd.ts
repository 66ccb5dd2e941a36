import { Product } from "./product";
import { BLOCK_COLUMNS, BLOCK_PAIR_BYTES, blocksOf, halfBytes, halfColumns } from "./strassen.simd";
import { transposeWords } from "./transpose.simd";

/**
 * Packs the halves that the seven products take of product.input into scratch, once for all output channels (strassen.simd.ts):
 * i16[7][blocks][span / 4][8][2]. A half's last block is filled up with its last column.
 */
export function strassenInput(product: Product, scratch: i32): void {
  const columns = product.columns;
  const last = halfColumns(columns) - 1;
  const halfSpan = <usize>product.span;
  const step = product.columnStep << 1;
  const lower = <usize>((columns - 1 - last) * step);
  const half = <usize>halfBytes(product.span, columns);
  const blockBytes = halfSpan * BLOCK_COLUMNS;
  let block = <usize>scratch;
  for (let first = 0, end = blocksOf(columns) * BLOCK_COLUMNS; first < end; first += 4) {
    const row0 = <usize>(product.input + min(first, last) * step), row1 = <usize>(product.input + min(first + 1, last) * step);
    const row2 = <usize>(product.input + min(first + 2, last) * step), row3 = <usize>(product.input + min(first + 3, last) * step);
    let to = block;
    for (let at: usize = 0; at < halfSpan; at += 16, to += 4 * BLOCK_PAIR_BYTES) {
      // Where the products of a11, a22, a12 and a21 alone stand, or the sums with them.
      transposeWords(row0 + at, row1 + at, row2 + at, row3 + at, to + 2 * half);
      transposeWords(row0 + at + halfSpan + lower, row1 + at + halfSpan + lower, row2 + at + halfSpan + lower, row3 + at + halfSpan + lower, to + 3 * half);
      transposeWords(row0 + at + halfSpan, row1 + at + halfSpan, row2 + at + halfSpan, row3 + at + halfSpan, to + 4 * half);
      transposeWords(row0 + at + lower, row1 + at + lower, row2 + at + lower, row3 + at + lower, to + half);
      for (let pair = to, pairsEnd = to + 4 * BLOCK_PAIR_BYTES; pair < pairsEnd; pair += BLOCK_PAIR_BYTES) addHalves(pair, half);
    }
    block += (first & 4) == 0 ? 16 : blockBytes - 16;
  }
}

/** Turns a21, a11, a22 and a12 in halves 1 to 4 into the inputs of all seven products. */
// @ts-ignore: decorator
@inline
function addHalves(pair: usize, half: usize): void {
  const a21 = v128.load(pair + half), a11 = v128.load(pair + 2 * half);
  const a22 = v128.load(pair + 3 * half), a12 = v128.load(pair + 4 * half);
  v128.store(pair, i16x8.add(a11, a22));
  v128.store(pair + half, i16x8.add(a21, a22));
  v128.store(pair + 4 * half, i16x8.add(a11, a12));
  v128.store(pair + 5 * half, i16x8.sub(a21, a11));
  v128.store(pair + 6 * half, i16x8.sub(a12, a22));
}
