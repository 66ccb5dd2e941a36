import { addressOf, at, I32View, I8View } from "../views";
import { TILE_CHANNELS } from "../shared/limits";
import { Product } from "./product";
import { startSums, storeFourLanes, storeSums } from "./store-lanes";

/**
 * The twin of gemm.ts for int8 rows and machines without SIMD, byte for byte: one 64-bit multiply serves two channels.
 *
 *   panel  i32[taps][span][4]   word[i] = weight[2i] + weight[2i + 1] * 2^21
 *   sum over n terms of x * word = even + odd * 2^21, even and odd being the sums of the two channels
 *
 * |word| <= 127 * 2^21 + 127 < 2^31. While n * 127 * maxWeight < 2^20 (n = 64: 1,032,256 < 1,048,576), `even` is bits 0..20,
 * signed, and `odd` is the sum plus 2^20, shifted down by 21, since -2^20 < even < 2^20; |odd * 2^21| < 2^41. So every
 * `group` terms (wordGroup) both go to their 32-bit sums.
 *
 * On a Cortex-M, x * word + sum is one SMLAL. Fields of 32 bits, which need no group, take twice the panel and, because a
 * 64-bit word costs four multiplies there, 7.2 instructions per MAC instead of 2.0 (Cortex-M4, wasm2c).
 */
const FIELD_BITS: i32 = 21;
const WORDS: i32 = TILE_CHANNELS / 2;
/** Bytes of the words of one term. */
const TERM_BYTES: i32 = 4 * WORDS;
/** The sums of a single column. */
const SUMS = memory.data(4 * TILE_CHANNELS, 4);

/** Terms that a word's fields hold. */
// @ts-ignore: decorator
@inline
export function wordGroup(maxWeight: i32): i32 {
  return ((1 << (FIELD_BITS - 1)) - 1) / (127 * maxWeight);
}

/**
 * words[i] of `count` terms from lanes i8[count][8]. The lanes may be the last half of the words' own memory: term k writes
 * the bytes 16k..16k+15 and the first byte not yet read is 8 * count + 8 * (k + 1) >= 16k + 16, for every k < count.
 */
export function arrangeWords(lanes8: I8View, words: I32View, count: i32): void {
  for (let term = 0; term < count; term++) {
    const from = lanes8.from(term * TILE_CHANNELS);
    const word0 = from[0] + (from[1] << FIELD_BITS);
    const word1 = from[2] + (from[3] << FIELD_BITS);
    const word2 = from[4] + (from[5] << FIELD_BITS);
    const word3 = from[6] + (from[7] << FIELD_BITS);
    const to = words.from(term * WORDS);
    to[0] = word0;
    to[1] = word1;
    to[2] = word2;
    to[3] = word3;
  }
}

/** The product over int8 rows with `group` <= wordGroup(max|weight|). */
export function gemmWords(product: Product, group: i32): void {
  const pairs = product.columns & ~1;
  for (let lane = 0; lane < product.lanes; lane += 4) {
    for (let column = 0; column < pairs; column += 2) multiplyBlock(product, column, lane, group);
  }
  if (pairs < product.columns) multiplyColumn(product, pairs, group);
}

/** Two columns times four lanes: their sums just fit the registers of a Cortex-M. */
function multiplyBlock(product: Product, column: i32, lane: i32, group: i32): void {
  const step = <usize>product.columnStep;
  const rows = at<I32View>(product.rows).from(2 * lane);
  let a0 = rows[1], a1 = rows[3], a2 = rows[5], a3 = rows[7];
  let b0 = a0, b1 = a1, b2 = a2, b3 = a3;
  let words = <usize>(product.panel + 2 * lane);
  for (let tap = 0; tap < product.taps; tap++) {
    let x = <usize>(product.input + column * product.columnStep + tap * product.tapStep);
    for (let left = product.span; left > 0; left -= group) {
      const stop = words + <usize>(TERM_BYTES * min(left, group));
      let a01: i64 = 0, a23: i64 = 0, b01: i64 = 0, b23: i64 = 0;
      do {
        const a = <i64>load<i8>(x);
        const b = <i64>load<i8>(x + step);
        const word01 = <i64>load<i32>(words);
        const word23 = <i64>load<i32>(words, 4);
        a01 += a * word01;
        a23 += a * word23;
        b01 += b * word01;
        b23 += b * word23;
        x++;
        words += TERM_BYTES;
      } while (words < stop);
      a0 += even(a01);
      a1 += odd(a01);
      a2 += even(a23);
      a3 += odd(a23);
      b0 += even(b01);
      b1 += odd(b01);
      b2 += even(b23);
      b3 += odd(b23);
    }
  }
  storeFourLanes(product, column, lane, a0, a1, a2, a3);
  storeFourLanes(product, column + 1, lane, b0, b1, b2, b3);
}

function multiplyColumn(product: Product, column: i32, group: i32): void {
  const sums = changetype<I32View>(SUMS);
  startSums(product, sums);
  for (let tap = 0; tap < product.taps; tap++) {
    const row = product.input + column * product.columnStep + tap * product.tapStep;
    const panel = product.panel + tap * product.span * TERM_BYTES;
    accumulateWords(at<I8View>(row), product.span, at<I32View>(panel), group, sums);
  }
  storeSums(product, column, sums);
}

/** sums[lane] += sum over e of input[e] * weight[e][lane] for eight lanes: dense.ts over a panel of words. */
export function accumulateWords(input: I8View, span: i32, panel: I32View, group: i32, sums: I32View): void {
  let x = <usize>addressOf(input);
  let words = <usize>addressOf(panel);
  for (let left = span; left > 0; left -= group) {
    const stop = words + <usize>(TERM_BYTES * min(left, group));
    let sum01: i64 = 0, sum23: i64 = 0, sum45: i64 = 0, sum67: i64 = 0;
    do {
      const value = <i64>load<i8>(x);
      sum01 += value * <i64>load<i32>(words);
      sum23 += value * <i64>load<i32>(words, 4);
      sum45 += value * <i64>load<i32>(words, 8);
      sum67 += value * <i64>load<i32>(words, 12);
      x++;
      words += TERM_BYTES;
    } while (words < stop);
    addFields(sum01, sums);
    addFields(sum23, sums.from(2));
    addFields(sum45, sums.from(4));
    addFields(sum67, sums.from(6));
  }
}

function addFields(sum: i64, sums: I32View): void {
  sums[0] += even(sum);
  sums[1] += odd(sum);
}

// @ts-ignore: decorator
@inline
function even(sum: i64): i32 {
  return (<i32>sum << (32 - FIELD_BITS)) >> (32 - FIELD_BITS);
}

// @ts-ignore: decorator
@inline
function odd(sum: i64): i32 {
  return <i32>((sum + (1 << (FIELD_BITS - 1))) >> FIELD_BITS);
}
