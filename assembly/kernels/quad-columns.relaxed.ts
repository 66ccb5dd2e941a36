import { biasLanes, leaveSums, storeBlock } from "./requantize.simd";
import { Product } from "./product";

/**
 * The loops of gemm.relaxed.ts: how many columns share a panel load, how many steps stay in i16. `signed` is a
 * constant where they are inlined. Each has at most 15 vectors live, as many as engines keep in registers.
 */

/** Bytes of a step. */
export const STEP_BYTES = 32;

/**
 * i16[8]. In memory, as some engines make a splat anew at each use (V8 13.6: 22.5 ms with a splat, 14.9 ms without).
 */
export const ONES = memory.data<i16>([1, 1, 1, 1, 1, 1, 1, 1], 16);

/** Four weights by four elements for four lanes, in pairs: the i7 operand is second. */
// @ts-ignore: decorator
@inline
export function dotQuads(weights: v128, x: v128, signed: bool): v128 {
  return signed ? i16x8.relaxed_dot_i8x16_i7x16_s(x, weights) : i16x8.relaxed_dot_i8x16_i7x16_s(weights, x);
}

/** Adds each lane's two i16 sums to its i32 sum. */
// @ts-ignore: decorator
@inline
export function addWords(sums: v128, words: v128, ones: v128): v128 {
  return i32x4.add(sums, i32x4.dot_i16x8_s(words, ones));
}

/** Initial value of a column's sums. */
// @ts-ignore: decorator
@inline
function firstSum(bias: v128, signed: bool, corrections: usize, column: i32): v128 {
  return signed ? i32x4.sub(bias, v128.load32_splat(corrections + <usize>(column << 2))) : bias;
}

/** Columns 0..end-1, end a multiple of three, each step flushed at once: a fourth column would spill registers. */
// @ts-ignore: decorator
@inline
export function threeColumns(product: Product, end: i32, signed: bool, corrections: usize): void {
  const step = <usize>product.columnStep;
  const runBytes = <usize>((product.span + 3 >> 2) * STEP_BYTES);
  const ones = v128.load(ONES);
  const rows = <usize>product.rows;
  const bias0 = biasLanes(rows), bias1 = biasLanes(rows + 32);
  let row = <usize>product.input;
  for (let column = 0; column < end; column += 3) {
    let a0 = firstSum(bias0, signed, corrections, column), b0 = firstSum(bias1, signed, corrections, column);
    let a1 = firstSum(bias0, signed, corrections, column + 1), b1 = firstSum(bias1, signed, corrections, column + 1);
    let a2 = firstSum(bias0, signed, corrections, column + 2), b2 = firstSum(bias1, signed, corrections, column + 2);
    let weights = <usize>product.panel;
    for (let tap = 0; tap < product.taps; tap++) {
      let p0 = row + <usize>(tap * product.tapStep);
      let p1 = p0 + step, p2 = p1 + step;
      const runEnd = weights + runBytes;
      do {
        const w0 = v128.load(weights), w1 = v128.load(weights, 16);
        let x = v128.load32_splat(p0);
        a0 = addWords(a0, dotQuads(w0, x, signed), ones);
        b0 = addWords(b0, dotQuads(w1, x, signed), ones);
        x = v128.load32_splat(p1);
        a1 = addWords(a1, dotQuads(w0, x, signed), ones);
        b1 = addWords(b1, dotQuads(w1, x, signed), ones);
        x = v128.load32_splat(p2);
        a2 = addWords(a2, dotQuads(w0, x, signed), ones);
        b2 = addWords(b2, dotQuads(w1, x, signed), ones);
        p0 += 4; p1 += 4; p2 += 4;
        weights += STEP_BYTES;
      } while (weights < runEnd);
    }
    leaveSums(0, a0, b0);
    leaveSums(1, a1, b1);
    leaveSums(2, a2, b2);
    storeBlock(product, column, 3);
    row += 3 * step;
  }
}

/** Columns from..end-1, an even number, two steps at a time: 1.2x threeColumns; more columns spill and gain 1.05x. */
// @ts-ignore: decorator
@inline
export function twoColumns(product: Product, from: i32, end: i32, signed: bool, corrections: usize): void {
  const step = <usize>product.columnStep;
  const runBytes = <usize>((product.span + 3 >> 2) * STEP_BYTES);
  const ones = v128.load(ONES);
  const rows = <usize>product.rows;
  for (let column = from; column < end; column += 2) {
    const bias0 = biasLanes(rows), bias1 = biasLanes(rows + 32);
    let a0 = firstSum(bias0, signed, corrections, column), b0 = firstSum(bias1, signed, corrections, column);
    let a1 = firstSum(bias0, signed, corrections, column + 1), b1 = firstSum(bias1, signed, corrections, column + 1);
    let weights = <usize>product.panel;
    for (let tap = 0; tap < product.taps; tap++) {
      let p0 = <usize>(product.input + column * product.columnStep + tap * product.tapStep), p1 = p0 + step;
      const runEnd = weights + runBytes;
      for (; weights + STEP_BYTES < runEnd; weights += 2 * STEP_BYTES) {
        const w0 = v128.load(weights), w1 = v128.load(weights, 16);
        const w2 = v128.load(weights, 32), w3 = v128.load(weights, 48);
        let x = v128.load32_splat(p0), next = v128.load32_splat(p0, 4);
        a0 = addWords(a0, i16x8.add(dotQuads(w0, x, signed), dotQuads(w2, next, signed)), ones);
        b0 = addWords(b0, i16x8.add(dotQuads(w1, x, signed), dotQuads(w3, next, signed)), ones);
        x = v128.load32_splat(p1);
        next = v128.load32_splat(p1, 4);
        a1 = addWords(a1, i16x8.add(dotQuads(w0, x, signed), dotQuads(w2, next, signed)), ones);
        b1 = addWords(b1, i16x8.add(dotQuads(w1, x, signed), dotQuads(w3, next, signed)), ones);
        p0 += 8; p1 += 8;
      }
      if (weights == runEnd) continue;
      const w0 = v128.load(weights), w1 = v128.load(weights, 16);
      const x0 = v128.load32_splat(p0), x1 = v128.load32_splat(p1);
      a0 = addWords(a0, dotQuads(w0, x0, signed), ones);
      b0 = addWords(b0, dotQuads(w1, x0, signed), ones);
      a1 = addWords(a1, dotQuads(w0, x1, signed), ones);
      b1 = addWords(b1, dotQuads(w1, x1, signed), ones);
      weights = runEnd;
    }
    leaveSums(0, a0, b0);
    leaveSums(1, a1, b1);
    storeBlock(product, column, 2);
  }
}

/** Columns 0..end-1, end a multiple of four: they share each panel load. */
// @ts-ignore: decorator
@inline
export function fourColumns(product: Product, end: i32, group: i32, signed: bool, corrections: usize): void {
  const step = <usize>product.columnStep;
  const runBytes = <usize>((product.span + 3 >> 2) * STEP_BYTES);
  const groupBytes = <usize>(group * STEP_BYTES);
  const ones = v128.load(ONES);
  const rows = <usize>product.rows;
  let row = <usize>product.input;
  for (let column = 0; column < end; column += 4) {
    const bias0 = biasLanes(rows), bias1 = biasLanes(rows + 32);
    let a0 = firstSum(bias0, signed, corrections, column), b0 = firstSum(bias1, signed, corrections, column);
    let a1 = firstSum(bias0, signed, corrections, column + 1), b1 = firstSum(bias1, signed, corrections, column + 1);
    let a2 = firstSum(bias0, signed, corrections, column + 2), b2 = firstSum(bias1, signed, corrections, column + 2);
    let a3 = firstSum(bias0, signed, corrections, column + 3), b3 = firstSum(bias1, signed, corrections, column + 3);
    let weights = <usize>product.panel;
    for (let tap = 0; tap < product.taps; tap++) {
      let p0 = row + <usize>(tap * product.tapStep);
      let p1 = p0 + step, p2 = p1 + step, p3 = p2 + step;
      const runEnd = weights + runBytes;
      do {
        const groupEnd = min(weights + groupBytes, runEnd);
        let c0 = i64x2.splat(0), c1 = c0, c2 = c0, c3 = c0;
        let d0 = c0, d1 = c0, d2 = c0, d3 = c0;
        do {
          const w0 = v128.load(weights), w1 = v128.load(weights, 16);
          let x = v128.load32_splat(p0);
          c0 = i16x8.add(c0, dotQuads(w0, x, signed));
          d0 = i16x8.add(d0, dotQuads(w1, x, signed));
          x = v128.load32_splat(p1);
          c1 = i16x8.add(c1, dotQuads(w0, x, signed));
          d1 = i16x8.add(d1, dotQuads(w1, x, signed));
          x = v128.load32_splat(p2);
          c2 = i16x8.add(c2, dotQuads(w0, x, signed));
          d2 = i16x8.add(d2, dotQuads(w1, x, signed));
          x = v128.load32_splat(p3);
          c3 = i16x8.add(c3, dotQuads(w0, x, signed));
          d3 = i16x8.add(d3, dotQuads(w1, x, signed));
          p0 += 4; p1 += 4; p2 += 4; p3 += 4;
          weights += STEP_BYTES;
        } while (weights < groupEnd);
        a0 = addWords(a0, c0, ones);
        a1 = addWords(a1, c1, ones);
        a2 = addWords(a2, c2, ones);
        a3 = addWords(a3, c3, ones);
        b0 = addWords(b0, d0, ones);
        b1 = addWords(b1, d1, ones);
        b2 = addWords(b2, d2, ones);
        b3 = addWords(b3, d3, ones);
      } while (weights < runEnd);
    }
    leaveSums(0, a0, b0);
    leaveSums(1, a1, b1);
    leaveSums(2, a2, b2);
    leaveSums(3, a3, b3);
    storeBlock(product, column, 4);
    row += 4 * step;
  }
}

/** Columns from..columns-1, one at a time. */
// @ts-ignore: decorator
@inline
export function oneColumn(product: Product, from: i32, signed: bool, corrections: usize): void {
  const rows = <usize>product.rows;
  const runBytes = <usize>((product.span + 3 >> 2) * STEP_BYTES);
  const ones = v128.load(ONES);
  for (let column = from; column < product.columns; column++) {
    let a = firstSum(biasLanes(rows), signed, corrections, column);
    let b = firstSum(biasLanes(rows + 32), signed, corrections, column);
    let weights = <usize>product.panel;
    for (let tap = 0; tap < product.taps; tap++) {
      let p = <usize>(product.input + column * product.columnStep + tap * product.tapStep);
      const runEnd = weights + runBytes;
      do {
        const x = v128.load32_splat(p);
        a = addWords(a, dotQuads(v128.load(weights), x, signed), ones);
        b = addWords(b, dotQuads(v128.load(weights, 16), x, signed), ones);
        p += 4;
        weights += STEP_BYTES;
      } while (weights < runEnd);
    }
    leaveSums(0, a, b);
    storeBlock(product, column, 1);
  }
}
