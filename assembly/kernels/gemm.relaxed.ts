import { addressOf, I32View, I8View } from "../views";
import { Product } from "./product";
import {
  addWords, dotQuads, fourColumns, ONES, oneColumn, STEP_BYTES, threeColumns, twoColumns,
} from "./quad-columns.relaxed";

/**
 * The relaxed-SIMD twins of gemm.ts on int8 rows: same result, byte for byte. A step multiplies four elements with
 * eight lanes.
 *
 *   gemmQuads        input 0..127 (symmetric, after a relu)    PANEL_QUADS, weights of any width
 *   gemmOffsetQuads  any input                                  PANEL_OFFSET_QUADS, weight + offset in 0..127
 *
 * i16x8.relaxed_dot_i8x16_i7x16_s adds two products into an i16. Engines may differ where its second operand, the i7
 * one, has a byte above 127 or where the sum saturates. Neither happens. Unsigned: x is the i7 operand, |sum| <= 2 *
 * 127 * 127. Signed: the panel is, |sum| <= 2 * 128 * 126. What is read up to three bytes after a run may be any
 * byte, but meets a zero weight, and 0 times either reading of it is 0.
 *
 * Sums of `group` steps stay in i16, then i32x4.dot_i16x8_s with ones adds each lane's two of them into an i32.
 * i32x4.relaxed_dot_i8x16_i7x16_add_s would do all at once and gives wrong sums on Node 20: it is not used.
 */

/** Steps whose sums fit an i16: group * 2 * 127 * maxWeight <= 32767. 1 for 8 bits, then 2, 4, 8, 18, 43, 129. */
export function quadGroup(maxWeight: i32): i32 {
  return 32767 / (254 * maxWeight);
}

/**
 * The same for gemmOffsetQuads: group * 2 * 128 * (maxWeight + offset) <= 32767. 1 for 7 bits and offset 63, then 2,
 * 4, 9, 21, 64.
 */
export function offsetQuadGroup(maxWeight: i32, offset: i32): i32 {
  return 32767 / (256 * (maxWeight + offset));
}

/** @param group quadGroup of the layer's largest weight, or less */
export function gemmQuads(product: Product, group: i32): void {
  multiply(product, group, false, 0);
}

/**
 * @param group offsetQuadGroup, or less: at least 2
 * @param corrections i32[columns] of columnCorrections
 */
export function gemmOffsetQuads(product: Product, group: i32, corrections: I32View): void {
  multiply(product, group, true, <usize>addressOf(corrections));
}

// @ts-ignore: decorator
@inline
function multiply(product: Product, group: i32, signed: bool, corrections: usize): void {
  const columns = product.columns;
  let done = 0;
  // Groups of four flush fourColumns too often: 0.65 to 1.05x of twoColumns, from run to run.
  if (group >= 8) {
    done = columns & ~3;
    fourColumns(product, done, group, signed, corrections);
  } else if (!signed && group == 1) {
    done = columns - columns % 3;
    threeColumns(product, done, signed, corrections);
  }
  if (group >= 2) {
    twoColumns(product, done, columns & ~1, signed, corrections);
    done = columns & ~1;
  }
  oneColumn(product, done, signed, corrections);
}

/**
 * sums[lane] += sum over e of input[e] * weight[e][lane]: one column's share of a dense layer, input 0..127. The
 * panel is PANEL_QUADS of one run of `span` elements.
 */
export function accumulateQuads(input: I8View, span: i32, panel: I8View, sums: I32View): void {
  let p = <usize>addressOf(input);
  let weights = <usize>addressOf(panel);
  const end = weights + <usize>((span + 3 >> 2) * STEP_BYTES);
  const ones = v128.load(ONES);
  let a = v128.load(addressOf(sums)), b = v128.load(addressOf(sums), 16);
  do {
    const x = v128.load32_splat(p);
    a = addWords(a, dotQuads(v128.load(weights), x, false), ones);
    b = addWords(b, dotQuads(v128.load(weights, 16), x, false), ones);
    p += 4;
    weights += STEP_BYTES;
  } while (weights < end);
  v128.store(addressOf(sums), a);
  v128.store(addressOf(sums), b, 16);
}
