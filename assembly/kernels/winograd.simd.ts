import { PANEL_PAIRS, panelBytes } from "./panel";
import { biasLanes, multiplierLanes, roundingHalf, storeColumn } from "./requantize.simd";
import { Product } from "./product";

/**
 * Exact integer Winograd F(4,3) for a conv1d of dilation 1 over int8 rows: four columns (a tile) of three taps take six products
 * instead of twelve. With d, g and m vectors of one channel (Lavin and Gray 2016, points 0, +-1, +-2, oo):
 *
 *   input     u = B d    u0 = 4 d0 - 5 d2 + d4              d: six rows of the tile
 *                        u1 = (d4 - 4 d2) + (d3 - 4 d1)     u2 = (d4 - 4 d2) - (d3 - 4 d1)
 *                        u3 = (d4 - d2) + 2 (d3 - d1)       u4 = (d4 - d2) - 2 (d3 - d1)
 *                        u5 = 4 d1 - 5 d3 + d5
 *   weights   v = 24 G g, in winograd-panel.simd.ts
 *   products  m = sum over channels of u * v
 *   columns   24 y = A m  24 y0 = m0 + (m1 + m2) + (m3 + m4)    24 y1 = (m1 - m2) + 2 (m3 - m4)
 *                        24 y2 = (m1 + m2) + 4 (m3 + m4)        24 y3 = (m1 - m2) + 8 (m3 - m4) + m5
 *
 * A row is what a column steps by: stride rows of the tensor, so that every stride is a stride of one over wider rows. A column's
 * `span` elements are one or two triples of rows and a direct rest (products for four columns, against those of gemmPairs):
 *
 *   kernel 7 stride 1   rows 0-2, 4-6 | 3     6 + 6 + 4 of 28     kernel 7 stride 2   rows 0-2 | 3, half     6 + 2 of 14
 *   kernel 5 stride 1   rows 0-2 | 3-4        6 + 8 of 20         kernel 5 stride 2   rows 0-2               6 of 10
 *   kernel 3 stride 1   rows 0-2              6 of 12
 *
 * Rows 4-6 begin a tile later than rows 0-2, so one transformed input serves both. A triple that the span does not fill has zeros.
 *
 * Exact: |u| <= 10 * 128 and |v| <= 24 * 127 fit i16; sums of products may wrap modulo 2^32, but 24 y is a multiple of 24 below
 * 2^31 in magnitude (winogradFits), so y is (24 y >> 3) * 3^-1 modulo 2^32.
 */

/** Whether this kernel can take a layer: its rows come in vectors and fill a triple, its sums are exact. */
export function winogradFits(columnStep: i32, span: i32, maxWeight: i32): bool {
  const filled = columnStep % 8 == 0 && span > 2 * columnStep && span <= 7 * columnStep;
  return filled && <i64>24 * 3 * triplesOf(columnStep, span) * columnStep * 128 * maxWeight < <i64>1 << 31;
}

/** Triples of rows that are transformed: the second pays from five and a half rows on. */
// @ts-ignore: decorator
@inline
export function triplesOf(columnStep: i32, span: i32): i32 {
  return 2 * span > 11 * columnStep ? 2 : 1;
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
function directBytesOf(columnStep: i32, span: i32): i32 {
  return panelBytes(PANEL_PAIRS, 1, directSpanOf(columnStep, span));
}

/** Bytes of i16[6][triples * columnStep / 2][8][2], then of the direct span's PANEL_PAIRS. */
export function winogradPanelBytes(columnStep: i32, span: i32): i32 {
  return 6 * triplesOf(columnStep, span) * columnStep * 16 + directBytesOf(columnStep, span);
}

/** Tiles of `columns` columns, and one more for what lies behind row 3. */
// @ts-ignore: decorator
@inline
function tilesOf(columnStep: i32, span: i32, columns: i32): i32 {
  return (columns + 3 >> 2) + (span > 3 * columnStep ? 1 : 0);
}

/** Bytes of i32[4][8]: eight sums of each of four tiles. */
const PLANE_SUMS_BYTES = 4 * 32;
/** Bytes of the sums of one step: six products, then four direct columns of each tile. */
const SUMS_BYTES = 10 * PLANE_SUMS_BYTES;

/**
 * Bytes of scratch for one pass, whatever its output channels: sums, the transformed input i16[6][tiles][columnStep], the rows
 * themselves as i16[4 * tiles][columnStep], and what is read behind them.
 */
export function winogradScratchBytes(columnStep: i32, span: i32, columns: i32): i32 {
  return SUMS_BYTES + (6 + 4) * (tilesOf(columnStep, span, columns) + 3) * columnStep * 2;
}

/**
 * Transforms the rows of `columns` columns into scratch, once for all output channels. Reads up to 7 * columnStep bytes of any
 * content behind the last column's span.
 */
export function winogradTransform(input: i32, columnStep: i32, span: i32, columns: i32, scratch: i32): void {
  const tiles = tilesOf(columnStep, span, columns);
  const rowBytes = <usize>columnStep;
  const plane = <usize>(tiles * columnStep * 2);
  let from = <usize>input;
  let to = <usize>(scratch + SUMS_BYTES);
  let rows = to + 6 * plane;
  for (let tile = 0; tile < tiles; tile++) {
    for (const end = from + rowBytes; from < end; from += 8, to += 16, rows += 16) {
      const d0 = v128.load8x8_s(from), d1 = v128.load8x8_s(from + rowBytes);
      const d2 = v128.load8x8_s(from + 2 * rowBytes), d3 = v128.load8x8_s(from + 3 * rowBytes);
      const d4 = v128.load8x8_s(from + 4 * rowBytes), d5 = v128.load8x8_s(from + 5 * rowBytes);
      v128.store(rows, d0);
      v128.store(rows + 2 * rowBytes, d1);
      v128.store(rows + 4 * rowBytes, d2);
      v128.store(rows + 6 * rowBytes, d3);
      const far = i16x8.sub(d4, i16x8.shl(d2, 2)), near = i16x8.sub(d3, i16x8.shl(d1, 2));
      const even = i16x8.sub(d4, d2), odd = i16x8.shl(i16x8.sub(d3, d1), 1);
      v128.store(to, i16x8.add(i16x8.shl(i16x8.sub(d0, d2), 2), even));
      v128.store(to + plane, i16x8.add(far, near));
      v128.store(to + 2 * plane, i16x8.sub(far, near));
      v128.store(to + 3 * plane, i16x8.add(even, odd));
      v128.store(to + 4 * plane, i16x8.sub(even, odd));
      v128.store(to + 5 * plane, i16x8.add(i16x8.shl(i16x8.sub(d1, d3), 2), i16x8.sub(d5, d3)));
    }
    from += 3 * rowBytes;
    rows += 6 * rowBytes;
  }
}

/**
 * The product of a layer's pass and one panel (winogradPanelBytes), input from winogradTransform's scratch: product.input is
 * not read; taps is 1.
 */
export function gemmWinograd(product: Product, scratch: i32): void {
  const tiles = product.columns + 3 >> 2;
  const rest = tiles & 3;
  // Three tiles take less time as four, the last of any content, than one by one.
  const blocked = rest == 3 ? tiles : tiles - rest;
  for (let tile = 0; tile < blocked; tile += 4) {
    sumTiles(product, scratch, tile, true);
    storeTiles(product, scratch, tile, min(4, tiles - tile));
  }
  for (let tile = blocked; tile < tiles; tile++) {
    sumTiles(product, scratch, tile, false);
    storeTiles(product, scratch, tile, 1);
  }
}

/** The sums of four tiles from `tile` on, or of that one. */
// @ts-ignore: decorator
@inline
function sumTiles(product: Product, scratch: i32, tile: i32, four: bool): void {
  const columnStep = product.columnStep, span = product.span;
  const rowBytes = <usize>(columnStep * 2);
  const plane = <usize>tilesOf(columnStep, span, product.columns) * rowBytes;
  const tripleBytes = <usize>triplesOf(columnStep, span) * rowBytes * 8;
  const directBytes = <usize>directBytesOf(columnStep, span);
  const transformed = <usize>(scratch + SUMS_BYTES);
  let weights = <usize>product.panel;
  let sums = <usize>scratch;
  let row = transformed + <usize>tile * rowBytes;
  for (const end = sums + 6 * PLANE_SUMS_BYTES; sums < end; sums += PLANE_SUMS_BYTES) {
    const runEnd = weights + tripleBytes;
    if (four) fourRows(row, rowBytes, weights, runEnd, i64x2.splat(0), i64x2.splat(0), sums);
    else oneRow(row, weights, runEnd, i64x2.splat(0), i64x2.splat(0), sums);
    weights += tripleBytes;
    row += plane;
  }
  const bias0 = biasLanes(product.rows), bias1 = biasLanes(product.rows + 32);
  row = transformed + 6 * plane + <usize>(4 * tile + 3) * rowBytes;
  for (const end = sums + 4 * PLANE_SUMS_BYTES; sums < end; sums += PLANE_SUMS_BYTES) {
    if (four) fourRows(row, 4 * rowBytes, weights, weights + directBytes, bias0, bias1, sums);
    else oneRow(row, weights, weights + directBytes, bias0, bias1, sums);
    row += rowBytes;
  }
}

/** sums[4][8] = first, second + the product of four rows, `step` bytes apart, with the panel from `from` to `end`. */
// @ts-ignore: decorator
@inline
function fourRows(row: usize, step: usize, from: usize, end: usize, first: v128, second: v128, sums: usize): void {
  let p0 = row, p1 = p0 + step, p2 = p1 + step, p3 = p2 + step;
  let a0 = first, a1 = first, a2 = first, a3 = first;
  let b0 = second, b1 = second, b2 = second, b3 = second;
  for (let weights = from; weights < end; weights += 32) {
    const w0 = v128.load(weights), w1 = v128.load(weights, 16);
    let x = v128.load32_splat(p0);
    a0 = i32x4.add(a0, i32x4.dot_i16x8_s(x, w0));
    b0 = i32x4.add(b0, i32x4.dot_i16x8_s(x, w1));
    x = v128.load32_splat(p1);
    a1 = i32x4.add(a1, i32x4.dot_i16x8_s(x, w0));
    b1 = i32x4.add(b1, i32x4.dot_i16x8_s(x, w1));
    x = v128.load32_splat(p2);
    a2 = i32x4.add(a2, i32x4.dot_i16x8_s(x, w0));
    b2 = i32x4.add(b2, i32x4.dot_i16x8_s(x, w1));
    x = v128.load32_splat(p3);
    a3 = i32x4.add(a3, i32x4.dot_i16x8_s(x, w0));
    b3 = i32x4.add(b3, i32x4.dot_i16x8_s(x, w1));
    p0 += 4; p1 += 4; p2 += 4; p3 += 4;
  }
  v128.store(sums, a0);
  v128.store(sums, b0, 16);
  v128.store(sums, a1, 32);
  v128.store(sums, b1, 48);
  v128.store(sums, a2, 64);
  v128.store(sums, b2, 80);
  v128.store(sums, a3, 96);
  v128.store(sums, b3, 112);
}

/** sums[8] of one row. */
// @ts-ignore: decorator
@inline
function oneRow(row: usize, from: usize, end: usize, first: v128, second: v128, sums: usize): void {
  let p = row;
  let a = first, b = second;
  for (let weights = from; weights < end; weights += 32) {
    const x = v128.load32_splat(p);
    a = i32x4.add(a, i32x4.dot_i16x8_s(x, v128.load(weights)));
    b = i32x4.add(b, i32x4.dot_i16x8_s(x, v128.load(weights, 16)));
    p += 4;
  }
  v128.store(sums, a);
  v128.store(sums, b, 16);
}

/** Stores the columns of `count` tiles from their sums. */
function storeTiles(product: Product, scratch: i32, tile: i32, count: i32): void {
  const multipliers0 = multiplierLanes(product.rows), multipliers1 = multiplierLanes(product.rows + 32);
  const shift = product.shift;
  const half = roundingHalf(shift);
  const low = i8x16.splat(<i8>product.low), high = i8x16.splat(<i8>product.high);
  const last = min(4 * (tile + count), product.columns);
  let out = <usize>(product.out + 4 * tile * product.outStep);
  let sums = <usize>scratch;
  for (let column = 4 * tile; column < last; sums += 32) {
    solve(sums);
    solve(sums + 16);
    const end = min(column + 4, last);
    for (let phase = sums; column < end; column++, phase += PLANE_SUMS_BYTES) {
      storeColumn(v128.load(phase), v128.load(phase, 16), multipliers0, multipliers1, half, shift, low, high, product.lanes, out);
      out += product.outStep;
    }
  }
}

/** Four lanes of a tile: its columns replace the sums of products 0..3. */
// @ts-ignore: decorator
@inline
function solve(sums: usize): void {
  const m1 = v128.load(sums, 128), m2 = v128.load(sums, 256), m3 = v128.load(sums, 384), m4 = v128.load(sums, 512);
  const a = i32x4.add(m1, m2), b = i32x4.sub(m1, m2), c = i32x4.add(m3, m4), d = i32x4.sub(m3, m4);
  const y0 = i32x4.add(v128.load(sums), i32x4.add(a, c));
  const y1 = i32x4.add(b, i32x4.shl(d, 1));
  const y2 = i32x4.add(a, i32x4.shl(c, 2));
  const y3 = i32x4.add(i32x4.add(b, i32x4.shl(d, 3)), v128.load(sums, 640));
  v128.store(sums, i32x4.add(divide24(y0), v128.load(sums, 768)));
  v128.store(sums, i32x4.add(divide24(y1), v128.load(sums, 896)), 128);
  v128.store(sums, i32x4.add(divide24(y2), v128.load(sums, 1024)), 256);
  v128.store(sums, i32x4.add(divide24(y3), v128.load(sums, 1152)), 384);
}

/** The quotient of multiples of 24. */
// @ts-ignore: decorator
@inline
function divide24(value: v128): v128 {
  return i32x4.mul(i32x4.shr_s(value, 3), i32x4.splat(0xaaaaaaab));
}
