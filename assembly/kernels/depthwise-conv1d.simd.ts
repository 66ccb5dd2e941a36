import { TILE_CHANNELS } from "../shared/limits";
import { Product } from "./product";
import { biasLanes, leaveSums, storeBlock } from "./requantize.simd";

/**
 * The SIMD128 twin of depthwise-conv1d.ts, byte for byte: i32x4.dot_i16x8_s takes two taps of four channels; 7 times as
 * fast at k7 (V8, x86-64). Rows of fewer than eight lanes are read eight wide: up to seven bytes after the last row
 * are read and count nothing.
 */
export function depthwiseConv1dSimd(product: Product): void {
  const blocked = product.columns & ~3;
  fourColumns(product, blocked);
  oneColumn(product, blocked);
}

/** Columns 0..end-1, end a multiple of four: they share each pair of weights. */
function fourColumns(product: Product, end: i32): void {
  const step = <usize>product.columnStep, tapStep = <usize>product.tapStep;
  const taps = product.taps;
  const bias0 = biasLanes(product.rows), bias1 = biasLanes(product.rows + 32);
  let row = <usize>product.input;
  for (let column = 0; column < end; column += 4) {
    let a0 = bias0, a1 = bias0, a2 = bias0, a3 = bias0;
    let b0 = bias1, b1 = bias1, b2 = bias1, b3 = bias1;
    let weights = <usize>product.panel;
    let p = row;
    for (let tap = 0; tap < taps; tap += 2) {
      // An odd number of taps is filled up with the last one again, at weight 0.
      const isPair = tap + 1 < taps;
      const next = isPair ? tapStep : 0;
      const w = v128.load8x8_s(weights);
      const v = isPair ? v128.load8x8_s(weights, TILE_CHANNELS) : i64x2.splat(0);
      const w0 = pairLow(w, v), w1 = pairHigh(w, v);
      let x = v128.load8x8_s(p), y = v128.load8x8_s(p + next);
      a0 = addDot(a0, pairLow(x, y), w0);
      b0 = addDot(b0, pairHigh(x, y), w1);
      let q = p + step;
      x = v128.load8x8_s(q), y = v128.load8x8_s(q + next);
      a1 = addDot(a1, pairLow(x, y), w0);
      b1 = addDot(b1, pairHigh(x, y), w1);
      q += step;
      x = v128.load8x8_s(q), y = v128.load8x8_s(q + next);
      a2 = addDot(a2, pairLow(x, y), w0);
      b2 = addDot(b2, pairHigh(x, y), w1);
      q += step;
      x = v128.load8x8_s(q), y = v128.load8x8_s(q + next);
      a3 = addDot(a3, pairLow(x, y), w0);
      b3 = addDot(b3, pairHigh(x, y), w1);
      p += 2 * tapStep;
      weights += 2 * TILE_CHANNELS;
    }
    leaveSums(0, a0, b0);
    leaveSums(1, a1, b1);
    leaveSums(2, a2, b2);
    leaveSums(3, a3, b3);
    storeBlock(product, column, 4);
    row += 4 * step;
  }
}

/** The columns from `first` on. */
function oneColumn(product: Product, first: i32): void {
  const tapStep = <usize>product.tapStep;
  for (let column = first; column < product.columns; column++) {
    let a = biasLanes(product.rows), b = biasLanes(product.rows + 32);
    let weights = <usize>product.panel;
    let p = <usize>(product.input + column * product.columnStep);
    for (let tap = 0; tap < product.taps; tap++) {
      const x = v128.load8x8_s(p), w = v128.load8x8_s(weights);
      a = i32x4.add(a, i32x4.extmul_low_i16x8_s(x, w));
      b = i32x4.add(b, i32x4.extmul_high_i16x8_s(x, w));
      p += tapStep;
      weights += TILE_CHANNELS;
    }
    leaveSums(0, a, b);
    storeBlock(product, column, 1);
  }
}

/** The first four channels of two taps, side by side. */
// @ts-ignore: decorator
@inline
function pairLow(x: v128, y: v128): v128 {
  return v128.shuffle<i16>(x, y, 0, 8, 1, 9, 2, 10, 3, 11);
}

/** The last four channels of two taps, side by side. */
// @ts-ignore: decorator
@inline
function pairHigh(x: v128, y: v128): v128 {
  return v128.shuffle<i16>(x, y, 4, 12, 5, 13, 6, 14, 7, 15);
}

// @ts-ignore: decorator
@inline
function addDot(sum: v128, x: v128, w: v128): v128 {
  return i32x4.add(sum, i32x4.dot_i16x8_s(x, w));
}
