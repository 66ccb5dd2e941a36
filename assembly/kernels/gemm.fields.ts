import { at, I32View, I64View, I8View } from "../views";
import { TILE_CHANNELS } from "../shared/limits";
import { Product } from "./product";
import { startSums, storeSums } from "./store-lanes";

/**
 * The twins of gemm.ts for int8 rows and 64-bit machines without SIMD, byte for byte: one multiply serves three or four
 * channels, each in a field of the 64-bit sum, as in gemm.swar.ts.
 *
 *   gemmTriples    panel  i64[taps * span][3]   weight[3i] + weight[3i + 1] * 2^21 + weight[3i + 2] * 2^42
 *   gemmQuarters   panel  i64[taps * span][2]   weight[4i] + weight[4i + 1] * 2^16 + .. 2^32 + .. 2^48
 *
 * Every `group` terms the fields go to 32-bit sums. |field| <= group * 127 * maxWeight is below 2^20 (tripleGroup) or
 * 2^15 (quarterGroup), so that a sum of terms stays below 2^63. Its lowest field is its lowest bits, sign-extended;
 * adding half of that field's range and shifting the field out leaves the others.
 *
 * Under V8 (x86-64) triples are 1.3 to 1.4 times as fast as gemmWords; quarters 1.4 times with weights of 4 bits, from
 * a panel of two thirds of the bytes, and 1.5 to 1.6 times with fewer. A Cortex-M wants gemmWords: 64-bit words take
 * 5.8 and 3.8 instructions per MAC there (M4, wasm2c) instead of 1.8.
 */
const TRIPLE_WORDS: i32 = 3;
const QUARTER_WORDS: i32 = 2;
/** The sums of one column. */
const SUMS = memory.data(4 * TILE_CHANNELS, 4);

/** Terms that a field of 21 bits holds. */
export function tripleGroup(maxWeight: i32): i32 {
  return ((1 << 20) - 1) / (127 * maxWeight);
}

/** Terms that a field of 16 bits holds. */
export function quarterGroup(maxWeight: i32): i32 {
  return ((1 << 15) - 1) / (127 * maxWeight);
}

/** The triples of `count` terms of lanes8, i8[count][8], which may be the last third of the panel's own memory. */
export function arrangeTriples(lanes8: I8View, count: i32, panel: I64View): void {
  for (let term = 0; term < count; term++) {
    const from = lanes8.from(term * TILE_CHANNELS);
    const to = panel.from(term * TRIPLE_WORDS);
    const word0 = <i64>from[0] + (<i64>from[1] << 21) + (<i64>from[2] << 42);
    const word1 = <i64>from[3] + (<i64>from[4] << 21) + (<i64>from[5] << 42);
    const word2 = <i64>from[6] + (<i64>from[7] << 21);
    to[0] = word0;
    to[1] = word1;
    to[2] = word2;
  }
}

/** The quarters of `count` terms of lanes8, i8[count][8], which may be the last half of the panel's own memory. */
export function arrangeQuarters(lanes8: I8View, count: i32, panel: I64View): void {
  for (let term = 0; term < count; term++) {
    const from = lanes8.from(term * TILE_CHANNELS);
    const to = panel.from(term * QUARTER_WORDS);
    const word0 = <i64>(from[0] + (from[1] << 16)) + (<i64>(from[2] + (from[3] << 16)) << 32);
    const word1 = <i64>(from[4] + (from[5] << 16)) + (<i64>(from[6] + (from[7] << 16)) << 32);
    to[0] = word0;
    to[1] = word1;
  }
}

/** The product over int8 rows; `group` is at most tripleGroup(max|weight|). */
export function gemmTriples(product: Product, group: i32): void {
  const sums = changetype<I32View>(SUMS);
  for (let column = 0; column < product.columns; column++) {
    startSums(product, sums);
    for (let tap = 0; tap < product.taps; tap++) {
      const input = at<I8View>(product.input + column * product.columnStep + tap * product.tapStep);
      const panel = at<I64View>(product.panel).from(tap * product.span * TRIPLE_WORDS);
      accumulateTriples(input, product.span, panel, group, sums);
    }
    storeSums(product, column, sums);
  }
}

/** The product over int8 rows; `group` is at most quarterGroup(max|weight|). */
export function gemmQuarters(product: Product, group: i32): void {
  const sums = changetype<I32View>(SUMS);
  for (let column = 0; column < product.columns; column++) {
    startSums(product, sums);
    for (let tap = 0; tap < product.taps; tap++) {
      const input = at<I8View>(product.input + column * product.columnStep + tap * product.tapStep);
      const panel = at<I64View>(product.panel).from(tap * product.span * QUARTER_WORDS);
      accumulateQuarters(input, product.span, panel, group, sums);
    }
    storeSums(product, column, sums);
  }
}

/** sums[lane] += sum over e of input[e] * weight[e][lane] for eight lanes: dense.ts over a panel of triples. */
export function accumulateTriples(input: I8View, span: i32, panel: I64View, group: i32, sums: I32View): void {
  let x = input;
  let words = panel;
  for (let left = span; left > 0; left -= group) {
    let sum0: i64 = 0, sum1: i64 = 0, sum2: i64 = 0;
    for (let terms = min(left, group); terms > 0; terms--) {
      const value = <i64>x[0];
      sum0 += value * words[0];
      sum1 += value * words[1];
      sum2 += value * words[2];
      x = x.from(1);
      words = words.from(TRIPLE_WORDS);
    }
    addTriple(sum0, sums);
    addTriple(sum1, sums.from(3));
    sums[6] += low21(sum2);
    sums[7] += <i32>above21(sum2);
  }
}

/** sums[lane] += sum over e of input[e] * weight[e][lane] for eight lanes: dense.ts over a panel of quarters. */
export function accumulateQuarters(input: I8View, span: i32, panel: I64View, group: i32, sums: I32View): void {
  let x = input;
  let words = panel;
  for (let left = span; left > 0; left -= group) {
    let sum0: i64 = 0, sum1: i64 = 0;
    for (let terms = min(left, group); terms > 0; terms--) {
      const value = <i64>x[0];
      sum0 += value * words[0];
      sum1 += value * words[1];
      x = x.from(1);
      words = words.from(QUARTER_WORDS);
    }
    addQuarters(sum0, sums);
    addQuarters(sum1, sums.from(4));
  }
}

function addTriple(fields: i64, sums: I32View): void {
  const rest = above21(fields);
  sums[0] += low21(fields);
  sums[1] += low21(rest);
  sums[2] += <i32>above21(rest);
}

function addQuarters(fields: i64, sums: I32View): void {
  let rest = fields;
  for (let lane = 0; lane < 3; lane++) {
    sums[lane] += (<i32>rest << 16) >> 16;
    rest = (rest + (1 << 15)) >> 16;
  }
  sums[3] += <i32>rest;
}

// @ts-ignore: decorator
@inline
function low21(fields: i64): i32 {
  return (<i32>fields << 11) >> 11;
}

/** What stands above the lowest 21 bits, these being a signed number. */
// @ts-ignore: decorator
@inline
function above21(fields: i64): i64 {
  return (fields + (1 << 20)) >> 21;
}
