import { I16View, I8View } from "../views";
import { TILE_CHANNELS } from "../shared/limits";

/**
 * A panel holds one tile's weights unpacked, eight output channels (lanes) wide, zero where the layer has fewer.
 * Its weights belong to `taps` runs of `span` consecutive input elements each.
 *   scalar: i8  [tap][element][lane]
 *   SIMD:   i16 [tap][element pair][lane][2]: a pair is what i32x4.dot_i16x8_s multiplies; an odd span ends in a zero.
 */

/** Elements a run takes in a panel. */
// @ts-ignore: decorator
@inline
export function panelSpan(span: i32): i32 {
  return ASC_FEATURE_SIMD ? (span + 1) & ~1 : span;
}

// @ts-ignore: decorator
@inline
export function panelBytes(taps: i32, span: i32): i32 {
  return taps * panelSpan(span) * TILE_CHANNELS * (ASC_FEATURE_SIMD ? 2 : 1);
}

/** `element` counts panelSpan(span) elements a tap. */
// @ts-ignore: decorator
@inline
export function storeWeight(panel: I8View, element: i32, lane: i32, weight: i32): void {
  if (ASC_FEATURE_SIMD) changetype<I16View>(panel)[pairedIndex(element, lane)] = weight;
  else panel[element * TILE_CHANNELS + lane] = weight;
}

// @ts-ignore: decorator
@inline
export function loadWeight(panel: I8View, element: i32, lane: i32): i32 {
  if (ASC_FEATURE_SIMD) return changetype<I16View>(panel)[pairedIndex(element, lane)];
  return panel[element * TILE_CHANNELS + lane];
}

// @ts-ignore: decorator
@inline
function pairedIndex(element: i32, lane: i32): i32 {
  return (((element >> 1) * TILE_CHANNELS + lane) << 1) + (element & 1);
}
