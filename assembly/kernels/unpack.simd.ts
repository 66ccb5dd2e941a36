import { addressOf, I8View, U8View } from "../views";
import { GRID_MID_RISE, GRID_TERNARY } from "../shared/ops";
import { TILE_CHANNELS } from "../shared/limits";
import { unpack } from "./unpack";

/**
 * The SIMD128 twin of unpack.ts: same result. Eight lanes of one weight each are exactly `bits` bytes, eight ternary
 * bytes are five rows of lanes. Reads up to 7 bytes after the tile; a tile of fewer lanes goes to the plain twin, as does the
 * mid-rise grid above three bits, which is for planes.
 */
export function unpackSimd(packed: U8View, lanes8: I8View, count: i32, lanes: i32, bits: i32, grid: i32): void {
  if (lanes < TILE_CHANNELS || (grid == GRID_MID_RISE && bits > 3)) unpack(packed, lanes8, count, lanes, bits, grid);
  else if (grid == GRID_TERNARY) unpackTernary(addressOf(packed), addressOf(lanes8), count);
  else unpackBits(addressOf(packed), addressOf(lanes8), count, bits, grid == GRID_MID_RISE);
}

/** A loop a width: with `bits` constant, swizzle and shift are an instruction each: 9.5 weights a ns instead of 2.3. */
function unpackBits(from: usize, to: usize, count: i32, bits: i32, midRise: bool): void {
  switch (midRise ? -bits : bits) {
    case 8: copyRows(from, to, count); break;
    case 7: unpackWidth(from, to, count, 7, false); break;
    case 6: unpackWidth(from, to, count, 6, false); break;
    case 5: unpackWidth(from, to, count, 5, false); break;
    case 4: unpackWidth(from, to, count, 4, false); break;
    case 3: unpackWidth(from, to, count, 3, false); break;
    case 2: unpackWidth(from, to, count, 2, false); break;
    case -3: unpackWidth(from, to, count, 3, true); break;
    case -2: unpackWidth(from, to, count, 2, true); break;
    case -1: unpackWidth(from, to, count, 1, true); break;
    default: unreachable();
  }
  if ((count & 1) != 0) unpackLast(from, to, count - 1, bits, midRise);
}

/** Eight bits are lanes already. Two rows at a time, as unpackWidth. */
function copyRows(from: usize, to: usize, count: i32): void {
  const end = to + <usize>((count & ~1) * TILE_CHANNELS);
  for (; to < end; to += 2 * TILE_CHANNELS, from += 2 * TILE_CHANNELS) v128.store(to, v128.load(from));
}

// @ts-ignore: decorator
@inline
function unpackWidth(from: usize, to: usize, count: i32, bits: i32, midRise: bool): void {
  const end = to + <usize>((count & ~1) * TILE_CHANNELS);
  for (; to < end; to += 2 * TILE_CHANNELS, from += 2 * bits) {
    v128.store(to, i8x16.narrow_i16x8_s(unpackRow(from, bits, midRise), unpackRow(from + bits, bits, midRise)));
  }
}

/** The row that unpackWidth leaves where the count is odd: one copy for all widths. */
function unpackLast(from: usize, to: usize, row: i32, bits: i32, midRise: bool): void {
  storeRow(to + <usize>(row * TILE_CHANNELS), unpackRow(from + <usize>(row * bits), bits, midRise));
}

/**
 * Eight weights as i16. Lane i's field begins at bit i * bits: two bytes hold it, since it begins at bit 0..7 of the
 * first and has at most 8 bits. They go to i16 lane i; a product with 2^(16 - bits - first bit) drops what is above
 * the field, a shift what is below.
 */
// @ts-ignore: decorator
@inline
function unpackRow(from: usize, bits: i32, midRise: bool): v128 {
  const firstBits = i16x8.mul(i16x8(0, 1, 2, 3, 4, 5, 6, 7), i16x8.splat(<i16>bits));
  const bytes = i16x8.add(i16x8.mul(i16x8.shr_u(firstBits, 3), i16x8.splat(0x101)), i16x8.splat(0x100));
  // 2^(7 - first bit) from a table; a swizzle index of 255 gives the upper bytes 0.
  const powers = i8x16(-128, 64, 32, 16, 8, 4, 2, 1, 0, 0, 0, 0, 0, 0, 0, 0);
  const firstBit = v128.and(firstBits, i16x8.splat(7));
  const scales = i16x8.shl(i8x16.swizzle(powers, v128.or(firstBit, i16x8.splat(-256))), 9 - bits);
  const fields = i16x8.mul(i8x16.swizzle(v128.load64_zero(from), bytes), scales);
  const mask: i32 = (1 << bits) - 1;
  if (midRise) return i16x8.sub(i16x8.shl(i16x8.shr_u(fields, 16 - bits), 1), i16x8.splat(<i16>mask));
  return i16x8.shr_s(fields, 16 - bits);
}

function unpackTernary(from: usize, to: usize, count: i32): void {
  let left = count;
  for (; left >= 5; left -= 5, from += TILE_CHANNELS, to += 5 * TILE_CHANNELS) {
    const n0 = v128.load8x8_u(from);
    const n1 = third(n0), n2 = third(n1), n3 = third(n2), n4 = third(n3);
    v128.store(to, i8x16.narrow_i16x8_s(lowestDigit(n0, n1), lowestDigit(n1, n2)));
    v128.store(to, i8x16.narrow_i16x8_s(lowestDigit(n2, n3), lowestDigit(n3, n4)), 16);
    storeRow(to + 32, i16x8.sub(n4, i16x8.splat(1)));
  }
  if (left == 0) return;
  for (let digits = v128.load8x8_u(from); left > 0; left--, to += TILE_CHANNELS) {
    const rest = third(digits);
    storeRow(to, lowestDigit(digits, rest));
    digits = rest;
  }
}

/** floor(n / 3) for n below 255. */
// @ts-ignore: decorator
@inline
function third(n: v128): v128 {
  return i16x8.shr_u(i16x8.mul(n, i16x8.splat(171)), 9);
}

/** The weight of n's lowest digit, -1..1; rest is floor(n / 3). */
// @ts-ignore: decorator
@inline
function lowestDigit(n: v128, rest: v128): v128 {
  return i16x8.sub(i16x8.sub(n, i16x8.mul(rest, i16x8.splat(3))), i16x8.splat(1));
}

/** Stores eight weights. */
// @ts-ignore: decorator
@inline
function storeRow(to: usize, weights: v128): void {
  v128.store64_lane(to, i8x16.narrow_i16x8_s(weights, weights), 0);
}
