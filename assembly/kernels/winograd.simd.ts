import { PANEL_PAIRS, panelBytes } from "./panel";

/**
 * Exact integer Winograd F(4,3) for a conv1d of dilation 1 over int8 rows: four columns (a tile) of three taps take
 * six products instead of twelve. With d, g and m vectors of one channel (Lavin and Gray 2016, points 0, +-1, +-2,
 * oo):
 *
 *   input     u = B d    u0 = 4 d0 - 5 d2 + d4              d: six rows of the tile
 *                        u1 = (d4 - 4 d2) + (d3 - 4 d1)     u2 = (d4 - 4 d2) - (d3 - 4 d1)
 *                        u3 = (d4 - d2) + 2 (d3 - d1)       u4 = (d4 - d2) - 2 (d3 - d1)
 *                        u5 = 4 d1 - 5 d3 + d5
 *   weights   v = 24 G g (winograd-panel.simd.ts)
 *   products  m = sum over channels of u * v
 *   columns   24 y = A m  24 y0 = m0 + (m1 + m2) + (m3 + m4)    24 y1 = (m1 - m2) + 2 (m3 - m4)
 *                        24 y2 = (m1 + m2) + 4 (m3 + m4)        24 y3 = (m1 - m2) + 8 (m3 - m4) + m5
 *
 * A row is what a column steps by: stride rows of the tensor, so that every stride is a stride of one over wider
 * rows. A column's `span` elements are one or two triples of rows and a direct rest (products for four columns,
 * against those of gemmPairs):
 *
 *   kernel 7, stride 1   rows 0-2, 4-6 | 3      6 + 6 + 4 of 28
 *   kernel 7, stride 2   rows 0-2 | half of 3   6 + 2 of 14
 *   kernel 5, stride 1   rows 0-2 | 3-4         6 + 8 of 20
 *   kernel 5, stride 2   rows 0-2               6 of 10
 *   kernel 3, stride 1   rows 0-2               6 of 12
 *
 * Against gemmPairs: 1.45-1.7x from 64 columns on, 1.4-1.5x at 20 to 40; 1.1x at 8 to 12; below, and below 16 where
 * the panel is unpacked for each pass, it loses. Kernel 5: 1.1-1.4x from 64 columns on.
 *
 * Rows 4-6 begin a tile later than rows 0-2, so one transformed input serves both. A triple that the span does not
 * fill has zeros.
 *
 * Exact: |u| <= 10 * 128 and |v| <= 24 * 127 fit i16; sums of products may wrap modulo 2^32, but 24 y is a multiple
 * of 24 below 2^31 in magnitude (winogradFits), so y is (24 y >> 3) * 3^-1 modulo 2^32.
 */

/** Whether this kernel can take a layer: its rows come in vectors, its span in pairs and fills a triple, its sums are exact. */
export function winogradFits(columnStep: i32, span: i32, maxWeight: i32): bool {
  const filled = columnStep % 8 == 0 && span % 2 == 0 && span > 2 * columnStep && span <= 7 * columnStep;
  return filled && <i64>24 * 3 * triplesOf(columnStep, span) * columnStep * 128 * maxWeight < <i64>1 << 31;
}

/**
 * Triples of rows that are transformed: one leaves two rows at most to be taken directly, for the tile behind holds no more
 * of what its last column reads.
 */
// @ts-ignore: decorator
@inline
export function triplesOf(columnStep: i32, span: i32): i32 {
  return span > 5 * columnStep ? 2 : 1;
}

/** Elements that are not transformed, from row 3 on. */
// @ts-ignore: decorator
@inline
export function directSpanOf(columnStep: i32, span: i32): i32 {
  return triplesOf(columnStep, span) == 2 ? columnStep : max(0, span - 3 * columnStep);
}

/** Panel bytes of a direct span. */
// @ts-ignore: decorator
@inline
export function directBytesOf(columnStep: i32, span: i32): i32 {
  return panelBytes(PANEL_PAIRS, 1, directSpanOf(columnStep, span));
}

/** Bytes of i16[6][triples * columnStep / 2][8][2], then of the direct span's PANEL_PAIRS. */
export function winogradPanelBytes(columnStep: i32, span: i32): i32 {
  return 6 * triplesOf(columnStep, span) * columnStep * 16 + directBytesOf(columnStep, span);
}

/** Tiles of `columns` columns, and one more for the rows after row 3. */
// @ts-ignore: decorator
@inline
export function tilesOf(columnStep: i32, span: i32, columns: i32): i32 {
  return (columns + 3 >> 2) + (span > 3 * columnStep ? 1 : 0);
}

/** Bytes of i32[4][8]: eight sums of each of four tiles. */
export const PLANE_SUMS_BYTES = 4 * 32;
/** Bytes of the sums of one step: six products, then four direct columns of each tile. */
export const SUMS_BYTES = 10 * PLANE_SUMS_BYTES;

/**
 * Bytes of scratch for one pass, whatever its output channels: sums, the transformed input
 * i16[6][tiles][columnStep], the rows themselves as i16[4 * tiles][columnStep], and what is read after them.
 */
export function winogradScratchBytes(columnStep: i32, span: i32, columns: i32): i32 {
  return SUMS_BYTES + (6 + 4) * (tilesOf(columnStep, span, columns) + 3) * columnStep * 2;
}
