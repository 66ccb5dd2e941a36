import { addressOf, I32View, I8View } from "../views";
import { biasLanes, multiplierLanes, roundingHalf, storeColumn } from "./requantize.simd";
import { Product } from "./product";

/**
 * The relaxed-SIMD twin of gemm.ts: same result, byte for byte, on int8 rows of 0..127 (symmetric activations behind a relu).
 * The panel is PANEL_QUADS: a step multiplies four elements with eight lanes.
 *
 * i16x8.relaxed_dot_i8x16_i7x16_s adds two products into an i16. Engines may differ where its second operand has a byte above
 * 127 or where the sum saturates. Neither happens: x is the second operand, and |sum| <= 2 * 127 * 127. What is read up to
 * three bytes behind a run may be above 127, but meets a zero weight, and 0 times either reading of a byte is 0.
 *
 * Sums of `group` steps stay in i16, so group * 254 * maxWeight <= 32767; then i32x4.dot_i16x8_s with ones adds each
 * lane's two of them into an i32.
 */

/** Bytes of a step. */
const STEP_BYTES = 32;

/** i16[8]. In memory, as some engines make a splat anew at each use (V8 13.6: 22.5 ms with a splat, 14.9 ms without). */
const ONES = memory.data<i16>([1, 1, 1, 1, 1, 1, 1, 1], 16);

/** Steps whose sums fit an i16: 1 for 8 bits, 2, 4, 8, 18, 43, 129 for 7 to 2 bits. */
// @ts-ignore: decorator
@inline
export function quadGroup(maxWeight: i32): i32 {
  return 32767 / (254 * maxWeight);
}

/** @param group quadGroup of the layer's largest weight, or less */
export function gemmQuads(product: Product, group: i32): void {
  const columns = product.columns;
  const blocked = group == 1 ? columns - columns % 3 : columns & ~3;
  if (group == 1) threeColumns(product, blocked);
  else fourColumns(product, blocked, group);
  oneColumn(product, blocked);
}

/** Columns 0..end-1, end a multiple of three, each step flushed at once: a fourth column would spill registers. */
function threeColumns(product: Product, end: i32): void {
  const step = <usize>product.columnStep;
  const runBytes = <usize>((product.span + 3 >> 2) * STEP_BYTES);
  const ones = v128.load(ONES);
  const rows = <usize>product.rows;
  const bias0 = biasLanes(rows), bias1 = biasLanes(rows + 32);
  const multipliers0 = multiplierLanes(rows), multipliers1 = multiplierLanes(rows + 32);
  const shift = product.shift, lanes = product.lanes;
  const half = roundingHalf(shift);
  const low = i8x16.splat(<i8>product.low), high = i8x16.splat(<i8>product.high);
  let row = <usize>product.input;
  let out = <usize>product.out;
  for (let column = 0; column < end; column += 3) {
    let a0 = bias0, a1 = bias0, a2 = bias0;
    let b0 = bias1, b1 = bias1, b2 = bias1;
    let weights = <usize>product.panel;
    for (let tap = 0; tap < product.taps; tap++) {
      let p0 = row + <usize>(tap * product.tapStep);
      let p1 = p0 + step, p2 = p1 + step;
      const runEnd = weights + runBytes;
      do {
        const w0 = v128.load(weights), w1 = v128.load(weights, 16);
        let x = v128.load32_splat(p0);
        a0 = i32x4.add(a0, i32x4.dot_i16x8_s(i16x8.relaxed_dot_i8x16_i7x16_s(w0, x), ones));
        b0 = i32x4.add(b0, i32x4.dot_i16x8_s(i16x8.relaxed_dot_i8x16_i7x16_s(w1, x), ones));
        x = v128.load32_splat(p1);
        a1 = i32x4.add(a1, i32x4.dot_i16x8_s(i16x8.relaxed_dot_i8x16_i7x16_s(w0, x), ones));
        b1 = i32x4.add(b1, i32x4.dot_i16x8_s(i16x8.relaxed_dot_i8x16_i7x16_s(w1, x), ones));
        x = v128.load32_splat(p2);
        a2 = i32x4.add(a2, i32x4.dot_i16x8_s(i16x8.relaxed_dot_i8x16_i7x16_s(w0, x), ones));
        b2 = i32x4.add(b2, i32x4.dot_i16x8_s(i16x8.relaxed_dot_i8x16_i7x16_s(w1, x), ones));
        p0 += 4; p1 += 4; p2 += 4;
        weights += STEP_BYTES;
      } while (weights < runEnd);
    }
    storeColumn(a0, b0, multipliers0, multipliers1, half, shift, low, high, lanes, out);
    out += product.outStep;
    storeColumn(a1, b1, multipliers0, multipliers1, half, shift, low, high, lanes, out);
    out += product.outStep;
    storeColumn(a2, b2, multipliers0, multipliers1, half, shift, low, high, lanes, out);
    out += product.outStep;
    row += 3 * step;
  }
}

/** Columns 0..end-1, end a multiple of four: they share each panel load. */
function fourColumns(product: Product, end: i32, group: i32): void {
  const step = <usize>product.columnStep;
  const runBytes = <usize>((product.span + 3 >> 2) * STEP_BYTES);
  const groupBytes = <usize>(group * STEP_BYTES);
  const ones = v128.load(ONES);
  const rows = <usize>product.rows;
  const shift = product.shift, lanes = product.lanes;
  const half = roundingHalf(shift);
  const low = i8x16.splat(<i8>product.low), high = i8x16.splat(<i8>product.high);
  let row = <usize>product.input;
  let out = <usize>product.out;
  for (let column = 0; column < end; column += 4) {
    let a0 = biasLanes(rows), a1 = a0, a2 = a0, a3 = a0;
    let b0 = biasLanes(rows + 32), b1 = b0, b2 = b0, b3 = b0;
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
          c0 = i16x8.add(c0, i16x8.relaxed_dot_i8x16_i7x16_s(w0, x));
          d0 = i16x8.add(d0, i16x8.relaxed_dot_i8x16_i7x16_s(w1, x));
          x = v128.load32_splat(p1);
          c1 = i16x8.add(c1, i16x8.relaxed_dot_i8x16_i7x16_s(w0, x));
          d1 = i16x8.add(d1, i16x8.relaxed_dot_i8x16_i7x16_s(w1, x));
          x = v128.load32_splat(p2);
          c2 = i16x8.add(c2, i16x8.relaxed_dot_i8x16_i7x16_s(w0, x));
          d2 = i16x8.add(d2, i16x8.relaxed_dot_i8x16_i7x16_s(w1, x));
          x = v128.load32_splat(p3);
          c3 = i16x8.add(c3, i16x8.relaxed_dot_i8x16_i7x16_s(w0, x));
          d3 = i16x8.add(d3, i16x8.relaxed_dot_i8x16_i7x16_s(w1, x));
          p0 += 4; p1 += 4; p2 += 4; p3 += 4;
          weights += STEP_BYTES;
        } while (weights < groupEnd);
        a0 = i32x4.add(a0, i32x4.dot_i16x8_s(c0, ones));
        a1 = i32x4.add(a1, i32x4.dot_i16x8_s(c1, ones));
        a2 = i32x4.add(a2, i32x4.dot_i16x8_s(c2, ones));
        a3 = i32x4.add(a3, i32x4.dot_i16x8_s(c3, ones));
        b0 = i32x4.add(b0, i32x4.dot_i16x8_s(d0, ones));
        b1 = i32x4.add(b1, i32x4.dot_i16x8_s(d1, ones));
        b2 = i32x4.add(b2, i32x4.dot_i16x8_s(d2, ones));
        b3 = i32x4.add(b3, i32x4.dot_i16x8_s(d3, ones));
      } while (weights < runEnd);
    }
    const multipliers0 = multiplierLanes(rows), multipliers1 = multiplierLanes(rows + 32);
    storeColumn(a0, b0, multipliers0, multipliers1, half, shift, low, high, lanes, out);
    out += product.outStep;
    storeColumn(a1, b1, multipliers0, multipliers1, half, shift, low, high, lanes, out);
    out += product.outStep;
    storeColumn(a2, b2, multipliers0, multipliers1, half, shift, low, high, lanes, out);
    out += product.outStep;
    storeColumn(a3, b3, multipliers0, multipliers1, half, shift, low, high, lanes, out);
    out += product.outStep;
    row += 4 * step;
  }
}

/** Columns from..columns-1, one at a time. */
function oneColumn(product: Product, from: i32): void {
  const rows = <usize>product.rows;
  const runBytes = <usize>((product.span + 3 >> 2) * STEP_BYTES);
  const ones = v128.load(ONES);
  const low = i8x16.splat(<i8>product.low), high = i8x16.splat(<i8>product.high);
  for (let column = from; column < product.columns; column++) {
    let a = biasLanes(rows), b = biasLanes(rows + 32);
    let weights = <usize>product.panel;
    for (let tap = 0; tap < product.taps; tap++) {
      let p = <usize>(product.input + column * product.columnStep + tap * product.tapStep);
      const runEnd = weights + runBytes;
      do {
        const x = v128.load32_splat(p);
        a = i32x4.add(a, i32x4.dot_i16x8_s(i16x8.relaxed_dot_i8x16_i7x16_s(v128.load(weights), x), ones));
        b = i32x4.add(b, i32x4.dot_i16x8_s(i16x8.relaxed_dot_i8x16_i7x16_s(v128.load(weights, 16), x), ones));
        p += 4;
        weights += STEP_BYTES;
      } while (weights < runEnd);
    }
    storeColumn(a, b, multiplierLanes(rows), multiplierLanes(rows + 32), roundingHalf(product.shift), product.shift,
      low, high, product.lanes, <usize>(product.out + column * product.outStep));
  }
}

/**
 * sums[lane] += sum over e of input[e] * weight[e][lane]: one column's share of a dense layer, input 0..127. The panel is
 * PANEL_QUADS of one run of `span` elements.
 */
export function accumulateQuads(input: I8View, span: i32, panel: I8View, sums: I32View): void {
  let p = <usize>addressOf(input);
  let weights = <usize>addressOf(panel);
  const end = weights + <usize>((span + 3 >> 2) * STEP_BYTES);
  const ones = v128.load(ONES);
  let a = v128.load(addressOf(sums)), b = v128.load(addressOf(sums), 16);
  do {
    const x = v128.load32_splat(p);
    a = i32x4.add(a, i32x4.dot_i16x8_s(i16x8.relaxed_dot_i8x16_i7x16_s(v128.load(weights), x), ones));
    b = i32x4.add(b, i32x4.dot_i16x8_s(i16x8.relaxed_dot_i8x16_i7x16_s(v128.load(weights, 16), x), ones));
    p += 4;
    weights += STEP_BYTES;
  } while (weights < end);
  v128.store(addressOf(sums), a);
  v128.store(addressOf(sums), b, 16);
}
