import { addressOf, I16View } from "../views";
import { applyTable, LAST_SEGMENT, SEGMENT_BITS } from "./apply-table";

/** The SIMD128 twin of apply-table.ts: same result. A segment's two points are one load. */
export function applyTableSimd(x: I16View, count: i32, table: I16View, shift: i32, down: i32, high: i32): void {
  const points = <usize>addressOf(table);
  const half = i32x4.splat(1 << (down - 1));
  const highs = i32x4.splat(high), lows = i32x4.splat(-high);
  const whole = count & ~3;
  let at = <usize>addressOf(x);
  for (const end = at + <usize>(whole << 1); at < end; at += 8) {
    const four = i32x4.shr_s(i32x4.add(lookUp(v128.load16x4_s(at), points, shift), half), down);
    const clamped = i32x4.min_s(i32x4.max_s(four, lows), highs);
    v128.store64_lane(at, i16x8.narrow_i32x4_s(clamped, clamped), 0);
  }
  applyTable(x.from(whole), count - whole, table, shift, down, high);
}

/** 512 times the function at four values. */
// @ts-ignore: decorator
@inline
function lookUp(four: v128, points: usize, shift: i32): v128 {
  const from = i32x4.add(i32x4.shl(four, shift), i32x4.splat(32768));
  const segments = i32x4.min_s(i32x4.max_s(i32x4.shr_s(from, SEGMENT_BITS), i32x4.splat(0)), i32x4.splat(LAST_SEGMENT));
  let pairs = v128.load32_zero(points + <usize>(i32x4.extract_lane(segments, 0) << 1));
  pairs = v128.load32_lane(points + <usize>(i32x4.extract_lane(segments, 1) << 1), pairs, 1);
  pairs = v128.load32_lane(points + <usize>(i32x4.extract_lane(segments, 2) << 1), pairs, 2);
  pairs = v128.load32_lane(points + <usize>(i32x4.extract_lane(segments, 3) << 1), pairs, 3);
  const starts = i32x4.shr_s(i32x4.shl(pairs, 16), 16);
  const rises = i32x4.mul(i32x4.sub(i32x4.shr_s(pairs, 16), starts), i32x4.sub(from, i32x4.shl(segments, SEGMENT_BITS)));
  return i32x4.add(i32x4.shl(starts, SEGMENT_BITS), rises);
}
