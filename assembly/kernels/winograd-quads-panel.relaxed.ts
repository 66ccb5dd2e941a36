import { addressOf, I8View } from "../views";
import { TILE_CHANNELS } from "../shared/limits";
import { arrangeQuadsSimd, storeQuads } from "./panel.simd";
import { directSpanOf, triplesOf } from "./winograd.simd";
import { directQuadBytesOf } from "./winograd-quads.relaxed";

/** lanes8 (i8[span][8]) as the panel of winograd-quads.relaxed.ts. */
export function arrangeWinogradQuads(lanes8: I8View, columnStep: i32, span: i32, maxWeight: i32, panel: I8View): void {
  const triples = triplesOf(columnStep, span);
  const rowBytes = <usize>(columnStep * TILE_CHANNELS);
  const plane = <usize>triples * rowBytes;
  let to = <usize>addressOf(panel);
  let sums = i64x2.splat(0);
  for (let triple = 0; triple < triples; triple++) {
    let from = <usize>addressOf(lanes8) + <usize>triple * 4 * rowBytes;
    for (const rowEnd = from + rowBytes; from < rowEnd; from += 4 * TILE_CHANNELS, to += 4 * TILE_CHANNELS) {
      sums = i16x8.add(sums, transformQuad(from, rowBytes, maxWeight, to, plane));
    }
  }
  const direct = directSpanOf(columnStep, span);
  const rest = addressOf(panel) + <i32>(4 * plane);
  if (direct > 0) arrangeQuadsSimd(lanes8.from(3 * columnStep * TILE_CHANNELS), 1, direct, 0, changetype<I8View>(rest));
  const middle = i16x8.splat(127);
  to = <usize>(rest + directQuadBytesOf(columnStep, span));
  v128.store(to, i32x4.extmul_low_i16x8_s(sums, middle));
  v128.store(to, i32x4.extmul_high_i16x8_s(sums, middle), 16);
}

/** Four elements of a triple's rows; returns their sums by lane, i16. */
// @ts-ignore: decorator
@inline
function transformQuad(from: usize, rowBytes: usize, maxWeight: i32, to: usize, plane: usize): v128 {
  const third = from + 2 * rowBytes;
  const a0 = v128.load(from), b0 = v128.load(from, 16);
  const a1 = v128.load(from + rowBytes), b1 = v128.load(from + rowBytes, 16);
  const a2 = v128.load(third), b2 = v128.load(third, 16);
  const offset = i8x16.splat(<i8>maxWeight), offset3 = i8x16.splat(<i8>(3 * maxWeight));
  const aEnds = i8x16.add(a0, a2), bEnds = i8x16.add(b0, b2);
  const aAll = i8x16.add(aEnds, a1), bAll = i8x16.add(bEnds, b1);
  storeQuads(to, i8x16.add(a0, offset), i8x16.add(b0, offset));
  storeQuads(to + plane, i8x16.add(aAll, offset3), i8x16.add(bAll, offset3));
  storeQuads(to + 2 * plane, i8x16.add(i8x16.sub(aEnds, a1), offset3), i8x16.add(i8x16.sub(bEnds, b1), offset3));
  storeQuads(to + 3 * plane, i8x16.add(a2, offset), i8x16.add(b2, offset));
  const all = i8x16.add(aAll, bAll);
  return i16x8.add(i16x8.extend_low_i8x16_s(all), i16x8.extend_high_i8x16_s(all));
}
