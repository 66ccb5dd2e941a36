import { addressOf, I8View, U8View } from "../views";
import { GRID_MID_RISE, GRID_TERNARY } from "../shared/ops";
import { TILE_CHANNELS } from "../shared/limits";
import { unpack } from "./unpack";

/**
 * The SIMD128 twin of unpack.ts: same result. Eight lanes of one weight each are exactly `bits` bytes, eight ternary bytes
 * are five rows of lanes. Reads up to 7 bytes behind the tile; a tile of fewer lanes goes to the plain twin.
 */
export function unpackSimd(packed: U8View, lanes8: I8View, count: i32, lanes: i32, bits: i32, grid: i32): void {
  if (lanes < TILE_CHANNELS) unpack(packed, lanes8, count, lanes, bits, grid);
  else if (grid == GRID_TERNARY) unpackTernary(addressOf(packed), addressOf(lanes8), count);
  else unpackBits(addressOf(packed), addressOf(lanes8), count, bits, grid == GRID_MID_RISE);
}

/**
 * Lane i's field begins at bit i*bits: two bytes hold it, since it begins at bit 0..7 of the first and has at most 8 bits. They
 * go to i16 lane i; a product with 2^(16 - bits - first bit) drops what is above the field, a shift what is below.
 */
function unpackBits(from: usize, to: usize, count: i32, bits: i32, midRise: bool): void {
  const firstBits = i16x8.mul(i16x8(0, 1, 2, 3, 4, 5, 6, 7), i16x8.splat(<i16>bits));
  const fields = i16x8.add(i16x8.mul(i16x8.shr_u(firstBits, 3), i16x8.splat(0x101)), i16x8.splat(0x100));
  // 2^(7 - first bit) from a table; a swizzle index of 255 gives the upper bytes 0.
  const powers = i8x16(-128, 64, 32, 16, 8, 4, 2, 1, 0, 0, 0, 0, 0, 0, 0, 0);
  const firstBit = v128.and(firstBits, i16x8.splat(7));
  const scales = i16x8.shl(i8x16.swizzle(powers, v128.or(firstBit, i16x8.splat(-256))), 9 - bits);
  const down = 16 - bits;
  const mask = (1 << bits) - 1;
  const top = i16x8.splat(<i16>mask);
  for (let row = 0; row < count; row++) {
    const field = i16x8.mul(i8x16.swizzle(v128.load64_zero(from), fields), scales);
    const words = midRise ? i16x8.sub(i16x8.shl(i16x8.shr_u(field, down), 1), top) : i16x8.shr_s(field, down);
    v128.store64_lane(to, i8x16.narrow_i16x8_s(words, words), 0);
    from += bits;
    to += TILE_CHANNELS;
  }
}

function unpackTernary(from: usize, to: usize, count: i32): void {
  const one = i16x8.splat(1);
  const three = i16x8.splat(3);
  // n * 171 >> 9 is n / 3 for n < 255.
  const third = i16x8.splat(171);
  let digits = one;
  for (let row = 0, left = 0; row < count; row++, left--) {
    if (left == 0) {
      digits = v128.load8x8_u(from);
      from += TILE_CHANNELS;
      left = 5;
    }
    const rest = i16x8.shr_u(i16x8.mul(digits, third), 9);
    const words = i16x8.sub(i16x8.sub(digits, i16x8.mul(rest, three)), one);
    digits = rest;
    v128.store64_lane(to, i8x16.narrow_i16x8_s(words, words), 0);
    to += TILE_CHANNELS;
  }
}
