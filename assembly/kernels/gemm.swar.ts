import { addressOf, at, I32View, I8View } from "../views";
import { TILE_CHANNELS } from "../shared/limits";
import { Product } from "./product";
import { startSums, storeSums } from "./store-lanes";

/**
 * The twin of gemm.ts for int8 rows and machines without SIMD, byte for byte: one 64-bit multiply serves two channels.
 *
 *   panel  i32[taps][terms][4]   word[i] = weight[2i] + weight[2i + 1] * 2^21; terms = span, made even with zero words
 *   sum over n terms of x * word = even + odd * 2^21, even and odd being the sums of the two channels
 *
 * |word| <= 127 * 2^21 + 127 < 2^31. While n * 128 * maxWeight < 2^20 (n = 64: 1,040,384 < 1,048,576), `even` is bits
 * 0..20, signed, and `odd` is the sum plus 2^20, shifted down by 21, since -2^20 < even < 2^20; |odd * 2^21| < 2^41. So
 * every `group` terms (wordGroup) both go to 32-bit sums. One element after an odd span is read and counts nothing.
 *
 * On a Cortex-M, x * word + sum is one SMLAL: a sketch of this blocking took 2.6 instructions per MAC (M4, wasm2c, gcc 12
 * -O2; two columns times four lanes 1.8) where gemm.ts takes 9.2. Fields of 32 bits need no group, but twice the panel,
 * and took 7.2: a 64-bit word is no single multiply.
 */
const FIELD_BITS: i32 = 21;
const WORDS: i32 = TILE_CHANNELS / 2;
/** Bytes of the words of one term. */
const TERM_BYTES: i32 = 4 * WORDS;
/** The sums of two columns, eight lanes each. */
const SUMS = memory.data(2 * 4 * TILE_CHANNELS, 4);

/** Terms that a word's fields hold: an even number. */
export function wordGroup(maxWeight: i32): i32 {
  return (((1 << (FIELD_BITS - 1)) - 1) / (128 * maxWeight)) & ~1;
}

/** Words of a run. */
// @ts-ignore: decorator
@inline
function termsOf(span: i32): i32 {
  return (span + 1) & ~1;
}

/** Bytes of a panel of words. */
export function wordBytes(taps: i32, span: i32): i32 {
  return taps * termsOf(span) * TERM_BYTES;
}

/**
 * The panel out of lanes8, i8[taps * span][8]. The lanes may be the last bytes of the panel's own memory: a term is
 * read before its words are written, and as no fewer terms are to be written than read, 16 bytes each against 8 and
 * both up to the same end, what is written stays below what is not yet read.
 */
export function arrangeWords(lanes8: I8View, taps: i32, span: i32, words: I32View): void {
  let from = lanes8;
  let to = words;
  for (let tap = 0; tap < taps; tap++) {
    for (let term = 0; term < span; term++) {
      arrangeTerm(from, to);
      from = from.from(TILE_CHANNELS);
      to = to.from(WORDS);
    }
    if (termsOf(span) == span) continue;
    for (let word = 0; word < WORDS; word++) to[word] = 0;
    to = to.from(WORDS);
  }
}

function arrangeTerm(from: I8View, to: I32View): void {
  const word0 = from[0] + (from[1] << FIELD_BITS);
  const word1 = from[2] + (from[3] << FIELD_BITS);
  const word2 = from[4] + (from[5] << FIELD_BITS);
  const word3 = from[6] + (from[7] << FIELD_BITS);
  to[0] = word0;
  to[1] = word1;
  to[2] = word2;
  to[3] = word3;
}

/** The product over int8 rows; `group` is an even number up to wordGroup(max|weight|). */
export function gemmWords(product: Product, group: i32): void {
  const pairs = product.columns & ~1;
  for (let column = 0; column < pairs; column += 2) multiplyPair(product, column, group);
  if (pairs < product.columns) multiplyColumn(product, pairs, group);
}

/** Two columns times eight lanes: eight multiplies share four words and two elements. */
function multiplyPair(product: Product, column: i32, group: i32): void {
  const step = <usize>product.columnStep;
  const terms = termsOf(product.span);
  const sums = changetype<I32View>(SUMS);
  startSums(product, sums);
  startSums(product, sums.from(TILE_CHANNELS));
  let words = <usize>product.panel;
  for (let tap = 0; tap < product.taps; tap++) {
    let x = <usize>(product.input + column * product.columnStep + tap * product.tapStep);
    for (let left = terms; left > 0; left -= group) {
      const some = min(left, group);
      multiplyTerms(x, step, words, some);
      x += <usize>some;
      words += <usize>(some * TERM_BYTES);
    }
  }
  storeSums(product, column, sums);
  storeSums(product, column + 1, sums.from(TILE_CHANNELS));
}

/** Adds `terms` terms of x and x + step to SUMS, two a round: 1.03 to 1.1 times as fast as one (V8). */
function multiplyTerms(x: usize, step: usize, words: usize, terms: i32): void {
  const stop = words + <usize>(terms * TERM_BYTES);
  let a01: i64 = 0, a23: i64 = 0, a45: i64 = 0, a67: i64 = 0;
  let b01: i64 = 0, b23: i64 = 0, b45: i64 = 0, b67: i64 = 0;
  do {
    let a = <i64>load<i8>(x);
    let b = <i64>load<i8>(x + step);
    let word = <i64>load<i32>(words);
    a01 += a * word;
    b01 += b * word;
    word = <i64>load<i32>(words, 4);
    a23 += a * word;
    b23 += b * word;
    word = <i64>load<i32>(words, 8);
    a45 += a * word;
    b45 += b * word;
    word = <i64>load<i32>(words, 12);
    a67 += a * word;
    b67 += b * word;
    a = <i64>load<i8>(x, 1);
    b = <i64>load<i8>(x + step, 1);
    word = <i64>load<i32>(words, TERM_BYTES);
    a01 += a * word;
    b01 += b * word;
    word = <i64>load<i32>(words, TERM_BYTES + 4);
    a23 += a * word;
    b23 += b * word;
    word = <i64>load<i32>(words, TERM_BYTES + 8);
    a45 += a * word;
    b45 += b * word;
    word = <i64>load<i32>(words, TERM_BYTES + 12);
    a67 += a * word;
    b67 += b * word;
    x += 2;
    words += 2 * TERM_BYTES;
  } while (words < stop);
  const sums = changetype<I32View>(SUMS);
  addFields(a01, sums);
  addFields(a23, sums.from(2));
  addFields(a45, sums.from(4));
  addFields(a67, sums.from(6));
  addFields(b01, sums.from(8));
  addFields(b23, sums.from(10));
  addFields(b45, sums.from(12));
  addFields(b67, sums.from(14));
}

function multiplyColumn(product: Product, column: i32, group: i32): void {
  const sums = changetype<I32View>(SUMS);
  startSums(product, sums);
  for (let tap = 0; tap < product.taps; tap++) {
    const row = product.input + column * product.columnStep + tap * product.tapStep;
    const panel = product.panel + wordBytes(tap, product.span);
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

// @ts-ignore: decorator
@inline
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
