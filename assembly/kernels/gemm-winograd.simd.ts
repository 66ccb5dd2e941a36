import { Product } from "./product";
import { biasLanes, leaveLanes, storeBlock, storeSums } from "./requantize.simd";
import { directBytesOf, PLANE_SUMS_BYTES, SUMS_BYTES, tilesOf, triplesOf } from "./winograd.simd";

/**
 * The product of a layer's pass and one panel (winogradPanelBytes), input from winogradTransform's scratch:
 * product.input is not read; taps is 1.
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
  storeSums(sums, a0, b0);
  storeSums(sums + 32, a1, b1);
  storeSums(sums + 64, a2, b2);
  storeSums(sums + 96, a3, b3);
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
  storeSums(sums, a, b);
}

/** Stores the columns of `count` tiles from their sums. */
function storeTiles(product: Product, scratch: i32, tile: i32, count: i32): void {
  const last = min(4 * (tile + count), product.columns);
  let sums = <usize>scratch;
  for (let column = 4 * tile; column < last; column += 4, sums += 32) {
    solve(sums, 0);
    solve(sums + 16, 16);
    storeBlock(product, column, min(4, last - column));
  }
}

/** Leaves four lanes of a tile's four columns. */
// @ts-ignore: decorator
@inline
function solve(sums: usize, lanes: usize): void {
  const m1 = v128.load(sums, 128), m2 = v128.load(sums, 256), m3 = v128.load(sums, 384), m4 = v128.load(sums, 512);
  const a = i32x4.add(m1, m2), b = i32x4.sub(m1, m2), c = i32x4.add(m3, m4), d = i32x4.sub(m3, m4);
  const y0 = i32x4.add(v128.load(sums), i32x4.add(a, c));
  const y1 = i32x4.add(b, i32x4.shl(d, 1));
  const y2 = i32x4.add(a, i32x4.shl(c, 2));
  const y3 = i32x4.add(i32x4.add(b, i32x4.shl(d, 3)), v128.load(sums, 640));
  leaveLanes(0, lanes, i32x4.add(divide24(y0), v128.load(sums, 768)));
  leaveLanes(1, lanes, i32x4.add(divide24(y1), v128.load(sums, 896)));
  leaveLanes(2, lanes, i32x4.add(divide24(y2), v128.load(sums, 1024)));
  leaveLanes(3, lanes, i32x4.add(divide24(y3), v128.load(sums, 1152)));
}

/** The quotient of multiples of 24. */
// @ts-ignore: decorator
@inline
function divide24(value: v128): v128 {
  return i32x4.mul(i32x4.shr_s(value, 3), i32x4.splat(0xaaaaaaab));
}
