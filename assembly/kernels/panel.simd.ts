import { addressOf, I16View, I8View } from "../views";
import { TILE_CHANNELS } from "../shared/limits";

/** The SIMD128 twins of panel.ts: same panels. */

/** lanes8 as PANEL_PAIRS. */
export function arrangePairsSimd(lanes8: I8View, taps: i32, span: i32, panel: I16View): void {
  let from = <usize>addressOf(lanes8);
  let to = <usize>addressOf(panel);
  const nothing = i64x2.splat(0);
  for (let tap = 0; tap < taps; tap++) {
    for (let left = span; left > 0; left -= 2) {
      const pairs = interleaveBytes(twoRows(from, left, nothing));
      v128.store(to, i16x8.extend_low_i8x16_s(pairs));
      v128.store(to, i16x8.extend_high_i8x16_s(pairs), 16);
      from += <usize>(min(2, left) * TILE_CHANNELS);
      to += 4 * TILE_CHANNELS;
    }
  }
}

/** lanes8 as PANEL_QUADS (offset 0) or PANEL_OFFSET_QUADS. */
export function arrangeQuadsSimd(lanes8: I8View, taps: i32, span: i32, offset: i32, panel: I8View): void {
  let from = <usize>addressOf(lanes8);
  let to = <usize>addressOf(panel);
  const added = i8x16.splat(<i8>offset);
  for (let tap = 0; tap < taps; tap++) {
    for (let left = span; left > 0; left -= 4) {
      const first = interleaveBytes(twoRows(from, left, added));
      const second = interleaveBytes(twoRows(from + 2 * TILE_CHANNELS, left - 2, added));
      v128.store(to, v128.shuffle<i16>(first, second, 0, 8, 1, 9, 2, 10, 3, 11));
      v128.store(to, v128.shuffle<i16>(first, second, 4, 12, 5, 13, 6, 14, 7, 15), 16);
      from += <usize>(min(4, left) * TILE_CHANNELS);
      to += 4 * TILE_CHANNELS;
    }
  }
}

/** Two rows of lanes with `added` on each weight; zeros for a row beyond the `left` that there are. */
// @ts-ignore: decorator
@inline
function twoRows(from: usize, left: i32, added: v128): v128 {
  if (left >= 2) return i8x16.add(v128.load(from), added);
  return left == 1 ? i8x16.add(v128.load64_zero(from), v128.and(added, i64x2(-1, 0))) : i64x2.splat(0);
}

/** [2][8] bytes as [8][2]. */
// @ts-ignore: decorator
@inline
function interleaveBytes(rows: v128): v128 {
  return i8x16.shuffle(rows, rows, 0, 8, 1, 9, 2, 10, 3, 11, 4, 12, 5, 13, 6, 14, 7, 15);
}
