import { I16View, I8View } from "../views";
import { TILE_CHANNELS } from "../shared/limits";

/**
 * A panel holds one tile's weights in the order in which a kernel takes them: eight output channels (lanes) wide,
 * made from lanes8, i8[taps * span][8] (unpack.ts). `taps` runs of `span` consecutive input elements belong to it.
 *
 *   PANEL_LANES         i8  [tap][element][8]       lanes8 itself
 *   PANEL_STRASSEN      i8  [element][8]            the same: strassen.simd.ts
 *   PANEL_PAIRS         i16 [tap][pair][8][2]       an odd span ends in a zero
 *   PANEL_BYTE_PAIRS    i8  [tap][pair][8][2]       the same
 *   PANEL_QUADS         i8  [tap][quad][8][4]       a span ends in zeros up to a multiple of four
 *   PANEL_OFFSET_QUADS  u8  [tap][quad][8][4]       weight + offset, 0 after the span
 */
export const PANEL_LANES = 0;
export const PANEL_PAIRS = 1;
export const PANEL_QUADS = 2;
export const PANEL_OFFSET_QUADS = 3;
/** winograd.simd.ts, winograd-quads.relaxed.ts and gemm.swar.ts: their sizes are theirs. */
export const PANEL_WINOGRAD = 4;
export const PANEL_WINOGRAD_QUADS = 5;
export const PANEL_WORDS = 6;
export const PANEL_BYTE_PAIRS = 7;
export const PANEL_STRASSEN = 8;

/** Bytes of any other. */
export function panelBytes(kind: i32, taps: i32, span: i32): i32 {
  if (kind == PANEL_BYTE_PAIRS) return taps * (span + 1 >> 1) * 2 * TILE_CHANNELS;
  if (kind == PANEL_PAIRS) return taps * (span + 1 >> 1) * 4 * TILE_CHANNELS;
  if (kind == PANEL_QUADS || kind == PANEL_OFFSET_QUADS) return taps * (span + 3 >> 2) * 4 * TILE_CHANNELS;
  return taps * span * TILE_CHANNELS;
}

/** lanes8 as PANEL_PAIRS. */
export function arrangePairs(lanes8: I8View, taps: i32, span: i32, panel: I16View): void {
  let to = 0;
  for (let tap = 0; tap < taps; tap++) {
    const run = lanes8.from(tap * span * TILE_CHANNELS);
    for (let pair = 0; pair < span; pair += 2) to = arrangeGroup<I16View>(run, pair, span, 2, panel, to);
  }
}

/** lanes8 as PANEL_QUADS. */
export function arrangeQuads(lanes8: I8View, taps: i32, span: i32, panel: I8View): void {
  let to = 0;
  for (let tap = 0; tap < taps; tap++) {
    const run = lanes8.from(tap * span * TILE_CHANNELS);
    for (let quad = 0; quad < span; quad += 4) to = arrangeGroup<I8View>(run, quad, span, 4, panel, to);
  }
}

/** Writes panel[8][size] at `to` from `size` rows of a run, zeros after its end; returns the next `to`. */
function arrangeGroup<T>(run: I8View, first: i32, span: i32, size: i32, panel: T, to: i32): i32 {
  for (let lane = 0; lane < TILE_CHANNELS; lane++) {
    for (let row = first; row < first + size; row++) {
      panel[to++] = row < span ? run[row * TILE_CHANNELS + lane] : 0;
    }
  }
  return to;
}
