import { correctionsOf, planesAt, tilePairsOf } from "./winograd-quads.relaxed";

/**
 * Transforms the rows of `columns` columns into scratch, once for all output channels (winograd-quads.relaxed.ts).
 * Reads up to 3 * columnStep bytes of any content after the last column's span.
 */
export function winogradQuadsTransform(
  input: i32, columnStep: i32, span: i32, columns: i32, maxWeight: i32, scratch: i32,
): void {
  const tilePairs = tilePairsOf(columnStep, span, columns);
  const corrections = correctionsOf(scratch);
  const rowBytes = <usize>columnStep;
  const parity = <usize>tilePairs * rowBytes;
  const plane = 2 * parity;
  const middle = i8x16.splat(127);
  let from = <usize>input;
  for (let tile = 0; tile < 2 * tilePairs; tile++) {
    let to = planesAt(scratch, tilePairs) + <usize>(tile & 1) * parity + <usize>(tile >> 1) * rowBytes;
    let evens = i64x2.splat(0), odds = evens;
    for (const end = from + rowBytes; from < end; from += 16, to += 16) {
      const d0 = v128.load(from), d1 = v128.load(from + rowBytes);
      const d2 = v128.load(from + 2 * rowBytes), d3 = v128.load(from + 3 * rowBytes);
      v128.store(to, i8x16.sub(d0, d2));
      v128.store(to + plane, i8x16.add(i8x16.sub(d1, middle), d2));
      v128.store(to + 2 * plane, i8x16.sub(d2, d1));
      v128.store(to + 3 * plane, i8x16.sub(d1, d3));
      evens = i16x8.add(evens, weighPairs(d2, d0));
      odds = i16x8.add(odds, weighPairs(d1, d3));
    }
    from += rowBytes;
    corrections[2 * tile] = maxWeight * (2 * sumWords(evens) - 381 * columnStep);
    corrections[2 * tile + 1] = maxWeight * (2 * sumWords(odds) - 381 * columnStep);
  }
}

/** Sums of pairs of 2 * twice + once. */
// @ts-ignore: decorator
@inline
function weighPairs(twice: v128, once: v128): v128 {
  return i16x8.add(i16x8.shl(i16x8.extadd_pairwise_i8x16_s(twice), 1), i16x8.extadd_pairwise_i8x16_s(once));
}

function sumWords(words: v128): i32 {
  const sums = i32x4.extadd_pairwise_i16x8_s(words);
  return i32x4.extract_lane(sums, 0) + i32x4.extract_lane(sums, 1)
    + i32x4.extract_lane(sums, 2) + i32x4.extract_lane(sums, 3);
}
