import { addressOf, I8View, U8View } from "../views";
import { TILE_CHANNELS } from "../shared/limits";

/** The SIMD128 twin of unpack-planes.ts: same result. Reads a byte after the planes where the count is odd. */
export function unpackPlanesSimd(planes: U8View, lanes8: I8View, count: i32, bits: i32): void {
  let from = <usize>addressOf(planes);
  let to = <usize>addressOf(lanes8);
  const end = to + <usize>((count & ~1) * TILE_CHANNELS);
  for (; to < end; to += 2 * TILE_CHANNELS, from += 2) v128.store(to, unpackRows(from, count, bits));
  if ((count & 1) != 0) v128.store64_lane(to, unpackRows(from, count, bits), 0);
}

/** Two rows of eight lanes. A comparison gives -1 where a plane has a bit. */
// @ts-ignore: decorator
@inline
function unpackRows(from: usize, count: i32, bits: i32): v128 {
  const laneBits = i8x16(1, 2, 4, 8, 16, 32, 64, -128, 1, 2, 4, 8, 16, 32, 64, -128);
  const largest: i32 = (1 << bits) - 1;
  const rows = i8x16(0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1);
  let codes = i64x2.splat(0);
  let next = from;
  for (let plane = 0; plane < bits; plane++, next += <usize>count) {
    const set = v128.and(i8x16.swizzle(v128.load16_splat(next), rows), laneBits);
    codes = i8x16.sub(i8x16.add(codes, codes), i8x16.eq(set, laneBits));
  }
  return i8x16.sub(i8x16.add(codes, codes), i8x16.splat(<i8>largest));
}
