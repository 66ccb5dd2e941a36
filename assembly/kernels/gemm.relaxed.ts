import { addressOf, I32View, I8View } from "../views";
import { biasLanes, multiplierLanes, roundingHalf, storeColumn } from "./requantize.simd";
import { Product } from "./product";

/**
 * The relaxed-SIMD twins of gemm.ts on int8 rows: same result, byte for byte. A step multiplies four elements with eight lanes.
 *
 *   gemmQuads        input 0..127 (symmetric, behind a relu)    PANEL_QUADS, weights of any width
 *   gemmOffsetQuads  any input                                  PANEL_OFFSET_QUADS, weight + offset in 0..127
 *
 * i16x8.relaxed_dot_i8x16_i7x16_s adds two products into an i16. Engines may differ where its second operand, the i7 one, has a
 * byte above 127 or where the sum saturates. Neither happens. Unsigned: x is the i7 operand, |sum| <= 2 * 127 * 127. Signed:
 * the panel is, |sum| <= 2 * 128 * 126. What is read up to three bytes behind a run may be any byte, but meets a zero weight,
 * and 0 times either reading of it is 0.
 *
 * Sums of `group` steps stay in i16, then i32x4.dot_i16x8_s with ones adds each lane's two of them into an i32.
 * i32x4.relaxed_dot_i8x16_i7x16_add_s would do all at once and gives wrong sums on Node 20: it is not used.
 */

/** Bytes of a step. */
const STEP_BYTES = 32;

/** Below, each step is flushed at once: groups of two lose a fifth, groups of four gain a twentieth (8 to 6 bits). */
const FEWEST_GROUPED = 4;

/** i16[8]. In memory, as some engines make a splat anew at each use (V8 13.6: 22.5 ms with a splat, 14.9 ms without). */
const ONES = memory.data<i16>([1, 1, 1, 1, 1, 1, 1, 1], 16);

/** Steps whose sums fit an i16: group * 2 * 127 * maxWeight <= 32767. 1 for 8 bits, then 2, 4, 8, 18, 43, 129. */
export function quadGroup(maxWeight: i32): i32 {
  return 32767 / (254 * maxWeight);
}

/** The same for gemmOffsetQuads: group * 2 * 128 * (maxWeight + offset) <= 32767. 1 for 7 bits and offset 63, then 2, 4, 9, 21, 64. */
export function offsetQuadGroup(maxWeight: i32, offset: i32): i32 {
  return 32767 / (256 * (maxWeight + offset));
}

/** @param group quadGroup of the layer's largest weight, or less */
export function gemmQuads(product: Product, group: i32): void {
  multiply(product, group, false, 0);
}

/**
 * @param group offsetQuadGroup, or less
 * @param corrections i32[columns] of columnCorrections
 */
export function gemmOffsetQuads(product: Product, group: i32, corrections: I32View): void {
  multiply(product, group, true, <usize>addressOf(corrections));
}

// @ts-ignore: decorator
@inline
function multiply(product: Product, group: i32, signed: bool, corrections: usize): void {
  const columns = product.columns;
  const atOnce = group < FEWEST_GROUPED;
  const blocked = atOnce ? columns - columns % 3 : columns & ~3;
  if (atOnce) threeColumns(product, blocked, signed, corrections);
  else fourColumns(product, blocked, group, signed, corrections);
  oneColumn(product, blocked, signed, corrections);
}

/**
 * corrections[column] = offset * sum of the column's elements: what a panel with `offset` on each weight gives too much. Once a
 * layer pass: all its panels share it.
 */
export function columnCorrections(product: Product, offset: i32, corrections: I32View): void {
  for (let column = 0; column < product.columns; column++) {
    let sum = 0;
    for (let tap = 0; tap < product.taps; tap++) {
      sum += sumBytes(<usize>(product.input + column * product.columnStep + tap * product.tapStep), product.span);
    }
    corrections[column] = offset * sum;
  }
}

function sumBytes(from: usize, count: i32): i32 {
  let words = i32x4.splat(0);
  const end = from + <usize>(count & ~15);
  for (; from < end; from += 16) {
    words = i32x4.add(words, i32x4.extadd_pairwise_i16x8_s(i16x8.extadd_pairwise_i8x16_s(v128.load(from))));
  }
  let sum = i32x4.extract_lane(words, 0) + i32x4.extract_lane(words, 1)
    + i32x4.extract_lane(words, 2) + i32x4.extract_lane(words, 3);
  for (const last = end + <usize>(count & 15); from < last; from++) sum += <i32>load<i8>(from);
  return sum;
}

/** Four weights by four elements for four lanes, in pairs: the i7 operand is second. */
// @ts-ignore: decorator
@inline
function dotQuads(weights: v128, x: v128, signed: bool): v128 {
  return signed ? i16x8.relaxed_dot_i8x16_i7x16_s(x, weights) : i16x8.relaxed_dot_i8x16_i7x16_s(weights, x);
}

/** What a column's sums begin with. */
// @ts-ignore: decorator
@inline
function firstSum(bias: v128, signed: bool, corrections: usize, column: i32): v128 {
  return signed ? i32x4.sub(bias, v128.load32_splat(corrections + <usize>(column << 2))) : bias;
}

/** Columns 0..end-1, end a multiple of three, each step flushed at once: a fourth column would spill registers. */
// @ts-ignore: decorator
@inline
function threeColumns(product: Product, end: i32, signed: bool, corrections: usize): void {
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
        a0 = i32x4.add(a0, i32x4.dot_i16x8_s(dotQuads(w0, x, signed), ones));
        b0 = i32x4.add(b0, i32x4.dot_i16x8_s(dotQuads(w1, x, signed), ones));
        x = v128.load32_splat(p1);
        a1 = i32x4.add(a1, i32x4.dot_i16x8_s(dotQuads(w0, x, signed), ones));
        b1 = i32x4.add(b1, i32x4.dot_i16x8_s(dotQuads(w1, x, signed), ones));
        x = v128.load32_splat(p2);
        a2 = i32x4.add(a2, i32x4.dot_i16x8_s(dotQuads(w0, x, signed), ones));
        b2 = i32x4.add(b2, i32x4.dot_i16x8_s(dotQuads(w1, x, signed), ones));
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
// @ts-ignore: decorator
@inline
function fourColumns(product: Product, end: i32, group: i32, signed: bool, corrections: usize): void {
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
// @ts-ignore: decorator
@inline
function oneColumn(product: Product, from: i32, signed: bool, corrections: usize): void {
  const rows = <usize>product.rows;
  const runBytes = <usize>((product.span + 3 >> 2) * STEP_BYTES);
  const ones = v128.load(ONES);
  const low = i8x16.splat(<i8>product.low), high = i8x16.splat(<i8>product.high);
  for (let column = from; column < product.columns; column++) {
    let a = firstSum(biasLanes(rows), signed, corrections, column);
    let b = firstSum(biasLanes(rows + 32), signed, corrections, column);
    let weights = <usize>product.panel;
    for (let tap = 0; tap < product.taps; tap++) {
      let p = <usize>(product.input + column * product.columnStep + tap * product.tapStep);
      const runEnd = weights + runBytes;
      do {
        const x = v128.load32_splat(p);
        a = i32x4.add(a, i32x4.dot_i16x8_s(dotQuads(v128.load(weights), x, signed), ones));
        b = i32x4.add(b, i32x4.dot_i16x8_s(dotQuads(v128.load(weights, 16), x, signed), ones));
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
    a = i32x4.add(a, i32x4.dot_i16x8_s(dotQuads(v128.load(weights), x, false), ones));
    b = i32x4.add(b, i32x4.dot_i16x8_s(dotQuads(v128.load(weights, 16), x, false), ones));
    p += 4;
    weights += STEP_BYTES;
  } while (weights < end);
  v128.store(addressOf(sums), a);
  v128.store(addressOf(sums), b, 16);
}
