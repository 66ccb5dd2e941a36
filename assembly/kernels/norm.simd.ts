import { addressOf, alignUp, at, clearBytes, I16View, I32View } from "../views";
import { inverseRoot } from "../numeric/inverse-root";
import { OFFSET_BITS, Z_BITS } from "./norm";
import { biasLanes, multiplierLanes, requantizeLanes, roundingHalf } from "./requantize.simd";

/**
 * The SIMD128 twin of norm.ts: same result, on values that lie one after the other; after the last of `count` come zeros up to a
 * multiple of eight, and room for as many results.
 * @param rows i32[4][2]: gains and offsets of four values, those of the next four `rowsStep` bytes further
 */
export function normalizeSimd(
  x: I16View, count: i32, epsilon: u32, rows: I32View, rowsStep: usize, shift: i32, high: i32, out: I16View,
): void {
  const bytes = <usize>((count + 7 & ~7) << 1);
  const from = <usize>addressOf(x);
  let sums = i32x4.splat(0);
  let squares = i64x2.splat(0);
  for (let value = from, end = from + bytes; value < end; value += 16) {
    const eight = v128.load(value);
    sums = i32x4.add(sums, i32x4.extadd_pairwise_i16x8_s(eight));
    // Two squares of -32768 are 2^31: without a sign.
    const pairs = i32x4.dot_i16x8_s(eight, eight);
    squares = i64x2.add(squares, i64x2.add(i64x2.extend_low_i32x4_u(pairs), i64x2.extend_high_i32x4_u(pairs)));
  }
  const sum = i32x4.extract_lane(sums, 0) + i32x4.extract_lane(sums, 1) + i32x4.extract_lane(sums, 2) + i32x4.extract_lane(sums, 3);
  const square = i64x2.extract_lane(squares, 0) + i64x2.extract_lane(squares, 1);
  const root = inverseRoot(<i64>count * square - <i64>sum * sum + <i64>count * epsilon);
  // The inverse may be 2^31, which only its opposite fits an i32.
  const inverse = i32x4.splat(-<i32>root);
  const down = <i32>(root >> 32) - Z_BITS;
  const half = roundingHalf(down);
  const counts = i32x4.splat(-count);
  const mean = i32x4.splat(sum);
  const highs = i64x2.splat(<i64>high << <i64>shift), lows = i64x2.splat(-(<i64>high << <i64>shift));
  const resultHalf = i64x2.splat(<i64>1 << <i64>(shift - 1));
  let row = <usize>addressOf(rows);
  let to = <usize>addressOf(out);
  for (let value = from, end = from + bytes; value < end; value += 8, to += 8, row += rowsStep) {
    const z = requantizeLanes(i32x4.add(i32x4.mul(v128.load16x4_s(value), counts), mean), inverse, half, down);
    const y = scaleFour(z, row, shift, resultHalf, lows, highs);
    v128.store64_lane(to, v128.shuffle<i16>(y, y, 0, 2, 4, 6, 0, 2, 4, 6), 0);
  }
}

/** Four normalised values with the gain and offset of each, clamped before the shift, in the low halves of i32 lanes. */
// @ts-ignore: decorator
@inline
function scaleFour(z: v128, row: usize, shift: i32, half: v128, lows: v128, highs: v128): v128 {
  const gains = multiplierLanes(row);
  const offsets = biasLanes(row);
  const low = i64x2.add(i64x2.extmul_low_i32x4_s(z, gains), i64x2.shl(i64x2.extend_low_i32x4_s(offsets), shift - OFFSET_BITS));
  const high = i64x2.add(i64x2.extmul_high_i32x4_s(z, gains), i64x2.shl(i64x2.extend_high_i32x4_s(offsets), shift - OFFSET_BITS));
  // The clamped value fits 16 bits after the shift: signs need not come down with it.
  return v128.shuffle<i32>(
    i64x2.shr_u(clampWide(i64x2.add(low, half), lows, highs), shift),
    i64x2.shr_u(clampWide(i64x2.add(high, half), lows, highs), shift), 0, 2, 4, 6);
}

// @ts-ignore: decorator
@inline
function clampWide(values: v128, lows: v128, highs: v128): v128 {
  const atLeast = v128.bitselect(values, lows, i64x2.gt_s(values, lows));
  return v128.bitselect(highs, atLeast, i64x2.gt_s(atLeast, highs));
}

/** Bytes of the rows of four values. */
export const NORM_ROWS_BYTES = 32;

/** Bytes that normalizeChannels works in: a channel's row four times, then the values of eight channels. */
export function channelsScratchBytes(count: i32): i32 {
  return NORM_ROWS_BYTES + 8 * alignUp(2 * count, 16);
}

/**
 * `channels`, a multiple of eight, side by side, each over `count` rows. Eight at a time are turned to lie one after the other: a
 * channel alone would fetch the lines of the cache that they share once more each (0.2x the time at 512 channels, 1,278 rows).
 */
export function normalizeChannels(
  x: I16View, count: i32, channels: i32, epsilon: u32, rows: I32View, shift: i32, high: i32, out: I16View, scratch: i32,
): void {
  const laneBytes = <usize>alignUp(2 * count, 16);
  const values = <usize>(scratch + NORM_ROWS_BYTES);
  const rowBytes = <usize>(2 * channels);
  for (let channel = 0; channel < channels; channel += 8) {
    clearBytes(<i32>values, 8 * <i32>laneBytes);
    turnIn(<usize>addressOf(x.from(channel)), rowBytes, count, values, laneBytes);
    for (let lane = 0; lane < 8; lane++) {
      const row = v128.load64_splat(<usize>addressOf(rows.from(2 * (channel + lane))));
      for (let copy = <usize>scratch; copy < values; copy += 16) v128.store(copy, row);
      const own = changetype<I16View>(values + <usize>lane * laneBytes);
      normalizeSimd(own, count, epsilon, at<I32View>(scratch), 0, shift, high, own);
    }
    turnOut(values, laneBytes, count, <usize>addressOf(out.from(channel)), rowBytes);
  }
}

/** i16[8][count], `laneBytes` apart, of eight channels of rows. */
// @ts-ignore: decorator
@inline
function turnIn(from: usize, rowBytes: usize, count: i32, to: usize, laneBytes: usize): void {
  for (const end = to + <usize>(2 * count); to < end; to += 2, from += rowBytes) {
    const eight = v128.load(from);
    v128.store16_lane(to, eight, 0);
    v128.store16_lane(to + laneBytes, eight, 1);
    v128.store16_lane(to + 2 * laneBytes, eight, 2);
    v128.store16_lane(to + 3 * laneBytes, eight, 3);
    v128.store16_lane(to + 4 * laneBytes, eight, 4);
    v128.store16_lane(to + 5 * laneBytes, eight, 5);
    v128.store16_lane(to + 6 * laneBytes, eight, 6);
    v128.store16_lane(to + 7 * laneBytes, eight, 7);
  }
}

/** The way back. */
// @ts-ignore: decorator
@inline
function turnOut(from: usize, laneBytes: usize, count: i32, to: usize, rowBytes: usize): void {
  for (const end = from + <usize>(2 * count); from < end; from += 2, to += rowBytes) {
    let eight = v128.load16_splat(from);
    eight = v128.load16_lane(from + laneBytes, eight, 1);
    eight = v128.load16_lane(from + 2 * laneBytes, eight, 2);
    eight = v128.load16_lane(from + 3 * laneBytes, eight, 3);
    eight = v128.load16_lane(from + 4 * laneBytes, eight, 4);
    eight = v128.load16_lane(from + 5 * laneBytes, eight, 5);
    eight = v128.load16_lane(from + 6 * laneBytes, eight, 6);
    eight = v128.load16_lane(from + 7 * laneBytes, eight, 7);
    v128.store(to, eight);
  }
}
