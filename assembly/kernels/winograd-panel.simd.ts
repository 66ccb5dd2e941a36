import { addressOf, I16View, I8View } from "../views";
import { TILE_CHANNELS } from "../shared/limits";
import { arrangePairsSimd } from "./panel.simd";
import { directSpanOf, triplesOf } from "./winograd.simd";

/**
 * lanes8 (i8[span][8]) as the panel of winograd.simd.ts: for a triple g of rows v = 24 G g, so that
 *   v0 = 6 g0                 v1 = -4 (g0 + g1 + g2)    v2 = -4 (g0 - g1 + g2)
 *   v3 = g0 + 2 g1 + 4 g2     v4 = g0 - 2 g1 + 4 g2     v5 = 24 g2
 */
export function arrangeWinograd(lanes8: I8View, columnStep: i32, span: i32, panel: I16View): void {
  const triples = triplesOf(columnStep, span);
  const rowBytes = <usize>(columnStep * TILE_CHANNELS);
  const plane = <usize>triples * rowBytes * 2;
  const end = <usize>addressOf(lanes8) + <usize>(span * TILE_CHANNELS);
  let to = <usize>addressOf(panel);
  for (let triple = 0; triple < triples; triple++) {
    let from = <usize>addressOf(lanes8) + <usize>triple * 4 * rowBytes;
    for (const rowEnd = from + rowBytes; from < rowEnd; from += 2 * TILE_CHANNELS, to += 4 * TILE_CHANNELS) {
      // Of the second triple the span may fill less.
      const second = from + rowBytes, third = second + rowBytes;
      const row1 = second < end ? v128.load(second) : i64x2.splat(0);
      const row2 = third < end ? v128.load(third) : i64x2.splat(0);
      transformPair(v128.load(from), row1, row2, to, plane);
    }
  }
  const direct = directSpanOf(columnStep, span);
  if (direct > 0) {
    const rest = lanes8.from(3 * columnStep * TILE_CHANNELS);
    arrangePairsSimd(rest, 1, direct, panel.from(6 * triples * columnStep * TILE_CHANNELS));
  }
}

/** Two elements of a triple's rows, i8[2][8] each. */
// @ts-ignore: decorator
@inline
function transformPair(row0: v128, row1: v128, row2: v128, to: usize, plane: usize): void {
  const a0 = i16x8.extend_low_i8x16_s(row0), b0 = i16x8.extend_high_i8x16_s(row0);
  const a1 = i16x8.extend_low_i8x16_s(row1), b1 = i16x8.extend_high_i8x16_s(row1);
  const a2 = i16x8.extend_low_i8x16_s(row2), b2 = i16x8.extend_high_i8x16_s(row2);
  const six = i16x8.splat(6), minus4 = i16x8.splat(-4), times24 = i16x8.splat(24);
  storePair(to, i16x8.mul(a0, six), i16x8.mul(b0, six));
  const aEnds = i16x8.add(a0, a2), bEnds = i16x8.add(b0, b2);
  storePair(to + plane, i16x8.mul(i16x8.add(aEnds, a1), minus4), i16x8.mul(i16x8.add(bEnds, b1), minus4));
  storePair(to + 2 * plane, i16x8.mul(i16x8.sub(aEnds, a1), minus4), i16x8.mul(i16x8.sub(bEnds, b1), minus4));
  const aFar = i16x8.add(a0, i16x8.shl(a2, 2)), bFar = i16x8.add(b0, i16x8.shl(b2, 2));
  const aNear = i16x8.shl(a1, 1), bNear = i16x8.shl(b1, 1);
  storePair(to + 3 * plane, i16x8.add(aFar, aNear), i16x8.add(bFar, bNear));
  storePair(to + 4 * plane, i16x8.sub(aFar, aNear), i16x8.sub(bFar, bNear));
  storePair(to + 5 * plane, i16x8.mul(a2, times24), i16x8.mul(b2, times24));
}

/** i16[8][2] of two channels. */
// @ts-ignore: decorator
@inline
function storePair(to: usize, even: v128, odd: v128): void {
  v128.store(to, v128.shuffle<i16>(even, odd, 0, 8, 1, 9, 2, 10, 3, 11));
  v128.store(to, v128.shuffle<i16>(even, odd, 4, 12, 5, 13, 6, 14, 7, 15), 16);
}
