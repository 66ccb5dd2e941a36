import { at, I32View } from "../views";
import { directSpanOf, triplesOf } from "./winograd.simd";
import { PANEL_QUADS, panelBytes } from "./panel";

/**
 * Exact integer Winograd F(2,3) in bytes, for few bits and rows of 0..127: two columns (a tile) of three rows take
 * four products instead of six. Rows, triples and the direct rest are those of winograd.simd.ts, with d, g and m of
 * one channel:
 *
 *   input     u0 = d0 - d2    u1 = d1 + d2 - 127    u2 = d2 - d1    u3 = d1 - d3          each in -127..127
 *   weights   v0 = g0 + o     v1 = g0 + g1 + g2 + 3 o    v2 = g0 - g1 + g2 + 3 o    v3 = g2 + o    o = maxWeight
 *   products  r = sum over channels of u * v
 *   columns   2 y0 = 2 r0 + r1 + r2 - k0 + c          2 y1 = r1 - r2 - 2 r3 - k1 + c
 *   undone    k0 = o * sum of (2 d0 + 4 d2 - 381)     k1 = o * sum of (4 d1 + 2 d3 - 381)    a tile's, all lanes
 *             c = 127 * sum of (g0 + g1 + g2)                                                a lane's, all tiles
 *
 * v, 0..6 o, is the i7 operand of the relaxed dot (gemm.relaxed.ts), u the other one. Steps whose sums fit an i16 with
 * |u| <= 128: 32767 / (256 * 2 o) in planes 0 and 3, 32767 / (256 * 6 o) in planes 1 and 2.
 *
 * Against gemmQuads, kernel 7, from 8 columns on: 128 channels 1.05-1.13x at 4 bits, 1.2x at 3 and 2, 1.24x ternary; 64
 * channels 1.0, 1.08, 1.13x; 32 channels 0.92, 0.97, 1.02x.
 */

/** Above, the sums of a step in planes 1 and 2 would be flushed more often than what the fewer products save. */
const MOST_WEIGHT = 7;

/** Sums stay in i16: 6 * 127 for each 16 elements of a row, 2 * 21 for each element of two triples of weights. */
const MOST_COLUMN_STEP = 640;

/** Bytes of i32[4][8]: eight sums of each of four tiles. */
export const PLANE_SUMS_BYTES = 4 * 32;
/** Bytes of the sums of one step: four products, then two direct columns of each tile. */
export const SUMS_BYTES = 6 * PLANE_SUMS_BYTES;

/**
 * Whether this kernel can take a layer whose input is 0..127. The span has to fill its triples: bytes after it may
 * be negative, and their u would wrap.
 */
export function winogradQuadsFits(columnStep: i32, span: i32, maxWeight: i32): bool {
  const filled = triplesOf(columnStep, span) == 2 ? span == 7 * columnStep : span >= 3 * columnStep;
  return filled && columnStep % 16 == 0 && columnStep <= MOST_COLUMN_STEP && maxWeight <= MOST_WEIGHT;
}

/** Panel bytes of a direct span. */
// @ts-ignore: decorator
@inline
export function directQuadBytesOf(columnStep: i32, span: i32): i32 {
  return panelBytes(PANEL_QUADS, 1, directSpanOf(columnStep, span));
}

/** Bytes of u8[4][triples][columnStep / 4][8][4], then of the direct span's PANEL_QUADS, then of c, i32[8]. */
export function winogradQuadsPanelBytes(columnStep: i32, span: i32): i32 {
  return 4 * triplesOf(columnStep, span) * columnStep * 8 + directQuadBytesOf(columnStep, span) + 32;
}

/** Tiles of `columns` columns, and those where their second triples begin, in pairs of an even and an odd one. */
// @ts-ignore: decorator
@inline
export function tilePairsOf(columnStep: i32, span: i32, columns: i32): i32 {
  return (columns + 3 >> 2) + triplesOf(columnStep, span) - 1;
}

/** Address in scratch of k0 and k1 of each tile, i32[2 * tilePairs][2]. */
// @ts-ignore: decorator
@inline
export function correctionsOf(scratch: i32): I32View {
  return at<I32View>(scratch + SUMS_BYTES);
}

/**
 * Address in scratch of the transformed input, i8[4][2][tilePairs][columnStep]: even and odd tiles apart, so that the
 * two triples of a column, two tiles from each other, are one run.
 */
// @ts-ignore: decorator
@inline
export function planesAt(scratch: i32, tilePairs: i32): usize {
  return <usize>(scratch + SUMS_BYTES + 16 * tilePairs);
}

/** Bytes of scratch for one pass with any number of output channels, and the bytes that are read after them. */
export function winogradQuadsScratchBytes(columnStep: i32, span: i32, columns: i32): i32 {
  const tilePairs = tilePairsOf(columnStep, span, columns);
  return SUMS_BYTES + 16 * tilePairs + 8 * tilePairs * columnStep + 2 * columnStep;
}
