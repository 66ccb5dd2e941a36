import { addressOf, I8View } from "../views";
import { add } from "./add";

/**
 * The SIMD128 twin of add.ts: same result. a and b are interleaved as i16 pairs, so that one i32x4.dot_i16x8_s gives
 * four a * multiplierA + b * multiplierB.
 */
export function addSimd(
  a: I8View, multiplierA: i32, b: I8View, multiplierB: i32, shift: i32, low: i32, high: i32, out: I8View, count: i32,
): void {
  const multipliers = i32x4.splat((multiplierB << 16) | (multiplierA & 0xffff));
  const half = i32x4.splat(1 << (shift - 1));
  const lows = i8x16.splat(<i8>low), highs = i8x16.splat(<i8>high);
  const whole = count & ~15;
  for (let i = 0; i < whole; i += 16) {
    const as = v128.load(addressOf(a.from(i))), bs = v128.load(addressOf(b.from(i)));
    const first = i8x16.shuffle(as, bs, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
    const second = i8x16.shuffle(as, bs, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
    const bytes = i8x16.narrow_i16x8_s(
      weighEight(first, multipliers, half, shift),
      weighEight(second, multipliers, half, shift),
    );
    v128.store(addressOf(out.from(i)), i8x16.min_s(i8x16.max_s(bytes, lows), highs));
  }
  add<I8View>(a.from(whole), multiplierA, b.from(whole), multiplierB, shift, low, high, out.from(whole), count - whole);
}

/** Eight weighted sums as i16 of eight pairs of bytes. */
// @ts-ignore: decorator
@inline
function weighEight(pairs: v128, multipliers: v128, half: v128, shift: i32): v128 {
  const first = i32x4.add(i32x4.dot_i16x8_s(i16x8.extend_low_i8x16_s(pairs), multipliers), half);
  const second = i32x4.add(i32x4.dot_i16x8_s(i16x8.extend_high_i8x16_s(pairs), multipliers), half);
  return i16x8.narrow_i32x4_s(i32x4.shr_s(first, shift), i32x4.shr_s(second, shift));
}
