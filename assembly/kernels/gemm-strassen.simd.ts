import { interleave } from "./panel.simd";
import { Product } from "./product";
import { leaveSums, storeBlock, turnSums } from "./requantize.simd";
import {
  BLOCK_PAIR_BYTES, blocksOf, halfBytes, halfColumns, PANEL_PAIR_BYTES, productPanelBytes, PRODUCTS, productSumsBytes,
} from "./strassen.simd";

/**
 * The product (product.ts) of up to STRASSEN_COLUMNS columns and one tile by Strassen's algorithm (strassen.simd.ts), input from
 * strassenInput's scratch: product.input is not read; taps is 1, the panel lanes8.
 */
export function gemmStrassen(product: Product, scratch: i32): void {
  const panelBytes = <usize>productPanelBytes(product.span);
  const halves = <usize>scratch;
  const panels = halves + <usize>(PRODUCTS * halfBytes(product.span, product.columns));
  const sums = panels + PRODUCTS * panelBytes;
  arrangePanels(<usize>product.panel, <usize>(product.span << 2), panels, panelBytes);
  let row = halves, sum = sums;
  const blocks = blocksOf(product.columns);
  for (let panel = panels; panel < sums; panel += panelBytes) {
    for (let block = 0; block < blocks; block++) {
      row = multiplyBlock(row, panel, panel + panelBytes, sum);
      sum += 128;
    }
  }
  storeColumns(product, sums);
}

/** i16[7][span / 4][4][2] of i8[span][8]. */
function arrangePanels(lanes8: usize, halfSpanBytes: usize, to: usize, panelBytes: usize): void {
  for (const end = lanes8 + halfSpanBytes; lanes8 < end; lanes8 += 16, to += PANEL_PAIR_BYTES) {
    const upper = interleave(v128.load(lanes8)), lower = interleave(v128.load(lanes8 + halfSpanBytes));
    const b11 = i16x8.extend_low_i8x16_s(upper), b12 = i16x8.extend_high_i8x16_s(upper);
    const b21 = i16x8.extend_low_i8x16_s(lower), b22 = i16x8.extend_high_i8x16_s(lower);
    v128.store(to, i16x8.add(b11, b22));
    v128.store(to + panelBytes, b11);
    v128.store(to + 2 * panelBytes, i16x8.sub(b12, b22));
    v128.store(to + 3 * panelBytes, i16x8.sub(b21, b11));
    v128.store(to + 4 * panelBytes, b22);
    v128.store(to + 5 * panelBytes, i16x8.add(b11, b12));
    v128.store(to + 6 * panelBytes, i16x8.add(b21, b22));
  }
}

/** sums[2][4][4] of a block of two times four columns and the panel from `weights` to `end`, [lane][column]; returns the block's end. */
function multiplyBlock(block: usize, weights: usize, end: usize, sums: usize): usize {
  let s0 = i32x4.splat(0), s1 = s0, s2 = s0, s3 = s0, s4 = s0, s5 = s0, s6 = s0, s7 = s0;
  do {
    // Weights splat instead of columns: 1.2x, for a block's eight loads and the panel's one are more than V8's loop takes.
    const x0 = v128.load(block), x1 = v128.load(block, 16);
    let w = v128.load32_splat(weights);
    s0 = i32x4.add(s0, i32x4.dot_i16x8_s(w, x0));
    s4 = i32x4.add(s4, i32x4.dot_i16x8_s(w, x1));
    w = v128.load32_splat(weights, 4);
    s1 = i32x4.add(s1, i32x4.dot_i16x8_s(w, x0));
    s5 = i32x4.add(s5, i32x4.dot_i16x8_s(w, x1));
    w = v128.load32_splat(weights, 8);
    s2 = i32x4.add(s2, i32x4.dot_i16x8_s(w, x0));
    s6 = i32x4.add(s6, i32x4.dot_i16x8_s(w, x1));
    w = v128.load32_splat(weights, 12);
    s3 = i32x4.add(s3, i32x4.dot_i16x8_s(w, x0));
    s7 = i32x4.add(s7, i32x4.dot_i16x8_s(w, x1));
    block += BLOCK_PAIR_BYTES;
    weights += PANEL_PAIR_BYTES;
  } while (weights < end);
  v128.store(sums, s0);
  v128.store(sums, s1, 16);
  v128.store(sums, s2, 32);
  v128.store(sums, s3, 48);
  v128.store(sums, s4, 64);
  v128.store(sums, s5, 80);
  v128.store(sums, s6, 96);
  v128.store(sums, s7, 112);
  return block;
}

/** Adds up the products, four columns of each half at a time. */
function storeColumns(product: Product, sums: usize): void {
  const step = <usize>productSumsBytes(product.columns);
  const half = halfColumns(product.columns);
  const lower = product.columns - half;
  for (let column = 0; column < half; column += 4, sums += 64) {
    addProducts(sums, step, product.rows, true);
    storeBlock(product, column, min(4, half - column));
    addProducts(sums, step, product.rows, false);
    storeBlock(product, lower + column, min(4, half - column));
  }
}

/** Leaves the sums of four columns of a half. */
function addProducts(sums: usize, step: usize, rows: usize, upper: bool): void {
  for (let lane: usize = 0; lane < 4; lane++, sums += 16, rows += 8) {
    const m1 = v128.load(sums), m2 = v128.load(sums + step), m3 = v128.load(sums + 2 * step), m4 = v128.load(sums + 3 * step);
    let first: v128, second: v128;
    if (upper) {
      const m5 = v128.load(sums + 4 * step);
      first = i32x4.add(i32x4.sub(i32x4.add(m1, m4), m5), v128.load(sums + 6 * step));
      second = i32x4.add(m3, m5);
    } else {
      first = i32x4.add(m2, m4);
      second = i32x4.add(i32x4.add(i32x4.sub(m1, m2), m3), v128.load(sums + 5 * step));
    }
    leaveSums(lane, i32x4.add(first, v128.load32_splat(rows, 4)), i32x4.add(second, v128.load32_splat(rows, 36)));
  }
  turnSums();
}
