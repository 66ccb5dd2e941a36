import { moveBytes } from "../views";
import { Product } from "./product";
import { transposeWords } from "./transpose.simd";

/**
 * The end of every SIMD gemm: eight sums of a column to eight bytes (numeric/requantize.ts, four lanes at a time).
 * `rows` is i32[8][2], multiplier and bias of each lane.
 */

/** Multipliers of lanes 0..3 (rows) or 4..7 (rows + 32). */
// @ts-ignore: decorator
@inline
export function multiplierLanes(rows: usize): v128 {
  return v128.shuffle<i32>(v128.load(rows), v128.load(rows, 16), 0, 2, 4, 6);
}

/** Biases of lanes 0..3 (rows) or 4..7 (rows + 32). */
// @ts-ignore: decorator
@inline
export function biasLanes(rows: usize): v128 {
  return v128.shuffle<i32>(v128.load(rows), v128.load(rows, 16), 1, 3, 5, 7);
}

/**
 * Half of the unit that `shift` leaves: in both i64 lanes, or in the four high words where requantizeLanes needs no
 * others.
 */
// @ts-ignore: decorator
@inline
export function roundingHalf(shift: i32): v128 {
  return shift > 32 ? i32x4.splat(1 << (shift - 33)) : i64x2.splat((<i64>1) << <i64>(shift - 1));
}

/** i32[4][8]: where a block of up to four columns leaves its sums for storeBlock. */
const BLOCK_SUMS = memory.data(4 * 32, 16);

/** Eight sums to i32[8]. */
// @ts-ignore: decorator
@inline
export function storeSums(to: usize, first: v128, second: v128): void {
  v128.store(to, first);
  v128.store(to, second, 16);
}

/** Leaves the sums of a block's column 0..3. */
// @ts-ignore: decorator
@inline
export function leaveSums(index: usize, first: v128, second: v128): void {
  storeSums(BLOCK_SUMS + 32 * index, first, second);
}

/** Turns sums that were left as [lane][column], lanes 4..7 at byte 16, into [column][lane]. */
export function turnSums(): void {
  transposeWords(BLOCK_SUMS, BLOCK_SUMS + 32, BLOCK_SUMS + 64, BLOCK_SUMS + 96, BLOCK_SUMS);
  transposeWords(BLOCK_SUMS + 16, BLOCK_SUMS + 48, BLOCK_SUMS + 80, BLOCK_SUMS + 112, BLOCK_SUMS + 16);
}

/** Leaves four of them: lanes 0..3 at byte 0, lanes 4..7 at byte 16. */
// @ts-ignore: decorator
@inline
export function leaveLanes(index: usize, lanes: usize, sums: v128): void {
  v128.store(BLOCK_SUMS + 32 * index + lanes, sums);
}

/**
 * Requantises and stores columns column..column+count-1 of a product from the block's sums, two to a
 * turn: one costs 1x1 layers a tenth.
 */
export function storeBlock(product: Product, column: i32, count: i32): void {
  if (product.wide != 0) {
    storeWideBlock(product, column, count);
    return;
  }
  const rows = <usize>product.rows;
  const multipliers0 = multiplierLanes(rows), multipliers1 = multiplierLanes(rows + 32);
  const shift = product.shift, lanes = product.lanes, outStep = product.outStep;
  const half = roundingHalf(shift);
  const low = i8x16.splat(<i8>product.low), high = i8x16.splat(<i8>product.high);
  let out = <usize>(product.out + column * outStep);
  for (let index: usize = 0; ; index += 2, out += outStep) {
    storeColumn(firstOf(index), secondOf(index), multipliers0, multipliers1, half, shift, low, high, lanes, out);
    if (--count == 0) return;
    out += outStep;
    storeColumn(firstOf(index + 1), secondOf(index + 1), multipliers0, multipliers1, half, shift, low, high, lanes, out);
    if (--count == 0) return;
  }
}

// @ts-ignore: decorator
@inline
function firstOf(index: usize): v128 {
  return v128.load(BLOCK_SUMS + 32 * index);
}

// @ts-ignore: decorator
@inline
function secondOf(index: usize): v128 {
  return v128.load(BLOCK_SUMS + 32 * index, 16);
}

/** Requantises eight sums (first: lanes 0..3), clamps them to low..high, i8 lanes, and stores the first `lanes`. */
// @ts-ignore: decorator
@inline
function storeColumn(
  first: v128, second: v128, multipliers0: v128, multipliers1: v128, half: v128, shift: i32,
  low: v128, high: v128, lanes: i32, out: usize,
): void {
  const words = i16x8.narrow_i32x4_s(
    requantizeLanes(first, multipliers0, half, shift),
    requantizeLanes(second, multipliers1, half, shift),
  );
  const bytes = i8x16.min_s(i8x16.max_s(i8x16.narrow_i16x8_s(words, words), low), high);
  if (lanes == 8) v128.store64_lane(out, bytes, 0);
  else storeLanes(i64x2.extract_lane(bytes, 0), lanes, out);
}

/** The same of i16 elements. */
function storeWideBlock(product: Product, column: i32, count: i32): void {
  const rows = <usize>product.rows;
  const multipliers0 = multiplierLanes(rows), multipliers1 = multiplierLanes(rows + 32);
  const half = roundingHalf(product.shift);
  const low = i16x8.splat(<i16>product.low), high = i16x8.splat(<i16>product.high);
  let out = <usize>(product.out + 2 * column * product.outStep);
  for (let index = 0; index < count; index++) {
    const words = i16x8.narrow_i32x4_s(
      requantizeLanes(firstOf(index), multipliers0, half, product.shift),
      requantizeLanes(secondOf(index), multipliers1, half, product.shift),
    );
    const clamped = i16x8.min_s(i16x8.max_s(words, low), high);
    if (product.lanes == 8) {
      v128.store(out, clamped);
    } else {
      // Column 0 has been read.
      v128.store(BLOCK_SUMS, clamped);
      moveBytes(<i32>out, <i32>BLOCK_SUMS, 2 * product.lanes);
    }
    out += <usize>(2 * product.outStep);
  }
}

function storeLanes(bytes: i64, lanes: i32, out: usize): void {
  for (let lane = 0; lane < lanes; lane++) {
    store<i8>(out + lane, <i8>(bytes >> (lane << 3)));
  }
}

/**
 * The result fits an i32 (model/validate/arithmetic.ts). From a shift of 33 on the half is a multiple of 2^32: floor(product /
 * 2^32), its high word, is all that counts.
 */
// @ts-ignore: decorator
@inline
export function requantizeLanes(sums: v128, multipliers: v128, half: v128, shift: i32): v128 {
  const first = i64x2.extmul_low_i32x4_s(sums, multipliers);
  const second = i64x2.extmul_high_i32x4_s(sums, multipliers);
  if (shift > 32) return i32x4.shr_s(i32x4.add(v128.shuffle<i32>(first, second, 1, 3, 5, 7), half), shift - 32);
  // Only the low word counts after the shift: signs need not come down with it.
  return v128.shuffle<i32>(
    i64x2.shr_u(i64x2.add(first, half), shift), i64x2.shr_u(i64x2.add(second, half), shift), 0, 2, 4, 6);
}
