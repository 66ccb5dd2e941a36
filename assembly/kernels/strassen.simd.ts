/**
 * One level of Strassen's algorithm (1969) over int13 rows: half of a pass's columns at a time, half of a column's elements, four of a
 * tile's eight channels, and seven products of such halves instead of eight. With A the input, B the weights, C the sums:
 *
 *   m1 = (A11 + A22)(B11 + B22)    m2 = (A21 + A22) B11    m5 = (A11 + A12) B22    m6 = (A21 - A11)(B11 + B12)
 *                                  m3 = A11 (B12 - B22)    m4 = A22 (B21 - B11)    m7 = (A12 - A22)(B21 + B22)
 *   C11 = m1 + m4 - m5 + m7    C12 = m3 + m5    C21 = m2 + m4    C22 = m1 - m2 + m3 + m6
 *
 * A11 is the first half of the elements of the first half of the columns, B12 of the last four channels; the lower half of an odd
 * number of columns begins with the upper half's last.
 *
 * Exact: sums of two int13 elements and of two weights fit an i16, two of their products an i32; sums may wrap modulo 2^32, but C fits
 * an i32. The halves are packed eight columns together, so that the products read one stream.
 */

/** Elements of half a span come in vectors. */
const SPAN_MULTIPLE = 16;
/**
 * Measured at 512 output channels and spans of 512 to 2,048 with 79 columns: 1.07 to 1.1x. Packing weighs more with fewer output channels,
 * a block of columns that is not full with fewer columns, and adding up with shorter spans, whose scratch small models would not repay.
 */
const LEAST_SPAN = 256;
const LEAST_OUT_CHANNELS = 128;
const LEAST_COLUMNS = 32;

/** Columns of a pass that are taken together at most: what their halves take bounds the scratch. */
export const STRASSEN_COLUMNS = 80;

/** Columns of a block of the packed input. */
export const BLOCK_COLUMNS = 8;
/** Bytes of a pair of elements in a block, and of a pair of weights in the panel. */
export const BLOCK_PAIR_BYTES = 4 * BLOCK_COLUMNS;
export const PANEL_PAIR_BYTES = 16;
/** Products, and as many halves of input and weights. */
export const PRODUCTS = 7;

/** Whether this kernel can take a layer without gaps, and gains by it, `columns` being its most. */
export function strassenFits(span: i32, outChannels: i32, columns: i32): bool {
  return span % SPAN_MULTIPLE == 0 && span >= LEAST_SPAN && outChannels >= LEAST_OUT_CHANNELS && columns >= LEAST_COLUMNS;
}

/** Columns of a pass that are taken together: all parts of it are about as large. */
export function strassenColumns(columns: i32): i32 {
  const parts = (columns + STRASSEN_COLUMNS - 1) / STRASSEN_COLUMNS;
  return (columns + parts - 1) / parts;
}

/** Columns of a half. */
// @ts-ignore: decorator
@inline
export function halfColumns(columns: i32): i32 {
  return (columns + 1) >> 1;
}

/** Blocks of a half. */
// @ts-ignore: decorator
@inline
export function blocksOf(columns: i32): i32 {
  return (halfColumns(columns) + BLOCK_COLUMNS - 1) / BLOCK_COLUMNS;
}

/** Bytes of one of the packed halves of the input: i16[blocks][span / 4][8][2]. */
// @ts-ignore: decorator
@inline
export function halfBytes(span: i32, columns: i32): i32 {
  return blocksOf(columns) * (span >> 2) * BLOCK_PAIR_BYTES;
}

/** Bytes of the panel of one product: i16[span / 4][4][2]. */
// @ts-ignore: decorator
@inline
export function productPanelBytes(span: i32): i32 {
  return (span >> 2) * PANEL_PAIR_BYTES;
}

/** Bytes of the sums of one product: i32[8 * blocks][4]. */
// @ts-ignore: decorator
@inline
export function productSumsBytes(columns: i32): i32 {
  return blocksOf(columns) * BLOCK_COLUMNS * 16;
}

/** Bytes of scratch for up to `columns` columns: the packed halves, a tile's panels, its sums. */
export function strassenScratchBytes(span: i32, columns: i32): i32 {
  return PRODUCTS * (halfBytes(span, columns) + productPanelBytes(span) + productSumsBytes(columns));
}
