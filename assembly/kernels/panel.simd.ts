import { addressOf, I16View, I8View } from "../views";
import { TILE_CHANNELS } from "../shared/limits";

/** The SIMD128 twins of panel.ts: same panels. */

/** lanes8 as PANEL_PAIRS. */
export function arrangePairsSimd(lanes8: I8View, taps: i32, span: i32, panel: I16View): void {
  let from = <usize>addressOf(lanes8);
  let to = <usize>addressOf(panel);
  for (let tap = 0; tap < taps; tap++) {
    for (let pair = span >> 1; pair > 0; pair--) {
      storePairs(to, v128.load(from));
      from += 2 * TILE_CHANNELS;
      to += 4 * TILE_CHANNELS;
    }
    if ((span & 1) == 0) continue;
    storePairs(to, v128.load64_zero(from));
    from += TILE_CHANNELS;
    to += 4 * TILE_CHANNELS;
  }
}

/** lanes8 as PANEL_BYTE_PAIRS. */
export function arrangeBytePairs(lanes8: I8View, taps: i32, span: i32, panel: I8View): void {
  let from = <usize>addressOf(lanes8);
  let to = <usize>addressOf(panel);
  for (let tap = 0; tap < taps; tap++) {
    for (let pair = span >> 1; pair > 0; pair--) {
      v128.store(to, interleave(v128.load(from)));
      from += 2 * TILE_CHANNELS;
      to += 2 * TILE_CHANNELS;
    }
    if ((span & 1) == 0) continue;
    v128.store(to, interleave(v128.load64_zero(from)));
    from += TILE_CHANNELS;
    to += 2 * TILE_CHANNELS;
  }
}

/** lanes8 as PANEL_QUADS (offset 0) or PANEL_OFFSET_QUADS. */
export function arrangeQuadsSimd(lanes8: I8View, taps: i32, span: i32, offset: i32, panel: I8View): void {
  let from = <usize>addressOf(lanes8);
  let to = <usize>addressOf(panel);
  const added = i8x16.splat(<i8>offset);
  const rest = span & 3;
  for (let tap = 0; tap < taps; tap++) {
    for (let quad = span >> 2; quad > 0; quad--) {
      storeQuads(to, i8x16.add(v128.load(from), added), i8x16.add(v128.load(from, 16), added));
      from += 4 * TILE_CHANNELS;
      to += 4 * TILE_CHANNELS;
    }
    if (rest == 0) continue;
    storeQuads(to, firstRows(from, rest, added), firstRows(from + 2 * TILE_CHANNELS, rest - 2, added));
    from += <usize>(rest * TILE_CHANNELS);
    to += 4 * TILE_CHANNELS;
  }
}

/** The first `count` of two rows of lanes with `added` on each weight, zeros for the others. */
function firstRows(from: usize, count: i32, added: v128): v128 {
  if (count >= 2) return i8x16.add(v128.load(from), added);
  return count == 1 ? i8x16.add(v128.load64_zero(from), v128.and(added, i64x2(-1, 0))) : i64x2.splat(0);
}

/** i16[8][2] of two rows of lanes. */
// @ts-ignore: decorator
@inline
function storePairs(to: usize, rows: v128): void {
  const pairs = interleave(rows);
  v128.store(to, i16x8.extend_low_i8x16_s(pairs));
  v128.store(to, i16x8.extend_high_i8x16_s(pairs), 16);
}

/** i8[8][4] of four rows of lanes. */
// @ts-ignore: decorator
@inline
export function storeQuads(to: usize, rows01: v128, rows23: v128): void {
  const first = interleave(rows01), second = interleave(rows23);
  v128.store(to, v128.shuffle<i16>(first, second, 0, 8, 1, 9, 2, 10, 3, 11));
  v128.store(to, v128.shuffle<i16>(first, second, 4, 12, 5, 13, 6, 14, 7, 15), 16);
}

/** [2][8] bytes as [8][2]. */
// @ts-ignore: decorator
@inline
export function interleave(rows: v128): v128 {
  return i8x16.shuffle(rows, rows, 0, 8, 1, 9, 2, 10, 3, 11, 4, 12, 5, 13, 6, 14, 7, 15);
}
