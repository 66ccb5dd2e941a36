import { quadGroup, offsetQuadGroup } from "./gemm.relaxed";
import { Product } from "./product";
import { addWords, dotQuads, ONES, STEP_BYTES } from "./quad-columns.relaxed";
import { biasLanes, leaveSums, storeBlock, storeSums } from "./requantize.simd";
import { triplesOf } from "./winograd.simd";
import { correctionsOf, directQuadBytesOf, planesAt, PLANE_SUMS_BYTES, tilePairsOf } from "./winograd-quads.relaxed";

/**
 * The product of a layer's pass and one panel (winograd-quads.relaxed.ts), scratch from winogradQuadsTransform and
 * input the int8 rows that it took, read as far; taps is 1.
 */
export function gemmWinogradQuads(product: Product, maxWeight: i32, scratch: i32): void {
  const tiles = product.columns + 1 >> 1;
  const rest = tiles & 3;
  // Three tiles take less time as four, the last of any content, than one by one.
  const blocked = rest == 3 ? tiles : tiles - rest;
  for (let tile = 0; tile < blocked; tile += 4) {
    sumTiles(product, maxWeight, scratch, tile, true);
    storeTiles(product, scratch, tile, min(4, tiles - tile));
  }
  for (let tile = blocked; tile < tiles; tile++) {
    sumTiles(product, maxWeight, scratch, tile, false);
    storeTiles(product, scratch, tile, 1);
  }
}

/** The sums of four tiles from `tile` on, or of that one. */
// @ts-ignore: decorator
@inline
function sumTiles(product: Product, maxWeight: i32, scratch: i32, tile: i32, four: bool): void {
  const columnStep = product.columnStep, span = product.span;
  const rowBytes = <usize>columnStep;
  const tilePairs = tilePairsOf(columnStep, span, product.columns);
  const parity = <usize>tilePairs * rowBytes;
  const runBytes = <usize>triplesOf(columnStep, span) * rowBytes * 8;
  const zero = i64x2.splat(0);
  let weights = <usize>product.panel;
  let sums = <usize>scratch;
  let row = planesAt(scratch, tilePairs) + <usize>(tile & 1) * parity + <usize>(tile >> 1) * rowBytes;
  for (let plane = 0; plane < 4; plane++) {
    const group = offsetQuadGroup(maxWeight, plane == 0 || plane == 3 ? maxWeight : 5 * maxWeight);
    if (four) fourRows(row, parity, rowBytes, weights, runBytes, group, true, zero, zero, sums);
    else oneRow(row, weights, runBytes, true, zero, zero, sums);
    weights += runBytes;
    row += 2 * parity;
    sums += PLANE_SUMS_BYTES;
  }
  const bias0 = biasLanes(product.rows), bias1 = biasLanes(product.rows + 32);
  const directBytes = <usize>directQuadBytesOf(columnStep, span);
  const group = quadGroup(maxWeight);
  row = <usize>(product.input + (2 * tile + 3) * columnStep);
  for (let phase = 0; phase < 2; phase++) {
    if (four) fourRows(row, 2 * rowBytes, 4 * rowBytes, weights, directBytes, group, false, bias0, bias1, sums);
    else oneRow(row, weights, directBytes, false, bias0, bias1, sums);
    row += rowBytes;
    sums += PLANE_SUMS_BYTES;
  }
}

/** sums[4][8] = first, second + the products of four rows with a panel: row, row + next, both + far. */
// @ts-ignore: decorator
@inline
function fourRows(
  row: usize, next: usize, far: usize, from: usize, runBytes: usize, group: i32, signed: bool,
  first: v128, second: v128, sums: usize,
): void {
  const ones = v128.load(ONES);
  const groupBytes = <usize>(group * STEP_BYTES);
  const end = from + runBytes;
  let a0 = first, a1 = first, a2 = first, a3 = first;
  let b0 = second, b1 = second, b2 = second, b3 = second;
  let p0 = row, p1 = p0 + next, p2 = p0 + far, p3 = p1 + far;
  for (let weights = from; weights < end;) {
    const groupEnd = min(weights + groupBytes, end);
    let c0 = i64x2.splat(0), c1 = c0, c2 = c0, c3 = c0;
    let d0 = c0, d1 = c0, d2 = c0, d3 = c0;
    do {
      const w0 = v128.load(weights), w1 = v128.load(weights, 16);
      let x = v128.load32_splat(p0);
      c0 = i16x8.add(c0, dotQuads(w0, x, signed));
      d0 = i16x8.add(d0, dotQuads(w1, x, signed));
      x = v128.load32_splat(p1);
      c1 = i16x8.add(c1, dotQuads(w0, x, signed));
      d1 = i16x8.add(d1, dotQuads(w1, x, signed));
      x = v128.load32_splat(p2);
      c2 = i16x8.add(c2, dotQuads(w0, x, signed));
      d2 = i16x8.add(d2, dotQuads(w1, x, signed));
      x = v128.load32_splat(p3);
      c3 = i16x8.add(c3, dotQuads(w0, x, signed));
      d3 = i16x8.add(d3, dotQuads(w1, x, signed));
      p0 += 4; p1 += 4; p2 += 4; p3 += 4;
      weights += STEP_BYTES;
    } while (weights < groupEnd);
    a0 = addWords(a0, c0, ones);
    a1 = addWords(a1, c1, ones);
    a2 = addWords(a2, c2, ones);
    a3 = addWords(a3, c3, ones);
    b0 = addWords(b0, d0, ones);
    b1 = addWords(b1, d1, ones);
    b2 = addWords(b2, d2, ones);
    b3 = addWords(b3, d3, ones);
  }
  storeSums(sums, a0, b0);
  storeSums(sums + 32, a1, b1);
  storeSums(sums + 64, a2, b2);
  storeSums(sums + 96, a3, b3);
}

/** sums[8] of one row. */
// @ts-ignore: decorator
@inline
function oneRow(row: usize, from: usize, runBytes: usize, signed: bool, first: v128, second: v128, sums: usize): void {
  const ones = v128.load(ONES);
  let a = first, b = second;
  let p = row;
  for (let weights = from, end = from + runBytes; weights < end; weights += STEP_BYTES) {
    const x = v128.load32_splat(p);
    a = addWords(a, dotQuads(v128.load(weights), x, signed), ones);
    b = addWords(b, dotQuads(v128.load(weights, 16), x, signed), ones);
    p += 4;
  }
  storeSums(sums, a, b);
}

/** Stores the columns of `count` tiles from their sums. */
function storeTiles(product: Product, scratch: i32, tile: i32, count: i32): void {
  const triples = triplesOf(product.columnStep, product.span);
  const corrections = correctionsOf(scratch);
  const lanes = <usize>(product.panel + 4 * triples * product.columnStep * 8
    + directQuadBytesOf(product.columnStep, product.span));
  let sums = <usize>scratch;
  for (let end = tile + count; tile < end; tile++, sums += 32) {
    let k0 = corrections[2 * tile], k1 = corrections[2 * tile + 1];
    if (triples == 2) {
      k0 += corrections[2 * tile + 4];
      k1 += corrections[2 * tile + 5];
    }
    leaveSums(0, firstColumn(sums, lanes, k0), firstColumn(sums + 16, lanes + 16, k0));
    leaveSums(1, secondColumn(sums, lanes, k1), secondColumn(sums + 16, lanes + 16, k1));
    storeBlock(product, 2 * tile, min(2, product.columns - 2 * tile));
  }
}

/** Four lanes of y0. */
// @ts-ignore: decorator
@inline
function firstColumn(sums: usize, lanes: usize, correction: i32): v128 {
  const products = i32x4.add(i32x4.shl(v128.load(sums), 1), i32x4.add(v128.load(sums, 128), v128.load(sums, 256)));
  const twice = i32x4.add(products, i32x4.sub(v128.load(lanes), i32x4.splat(correction)));
  return i32x4.add(i32x4.shr_s(twice, 1), v128.load(sums, 512));
}

/** Four lanes of y1. */
// @ts-ignore: decorator
@inline
function secondColumn(sums: usize, lanes: usize, correction: i32): v128 {
  const products = i32x4.sub(i32x4.sub(v128.load(sums, 128), v128.load(sums, 256)), i32x4.shl(v128.load(sums, 384), 1));
  const twice = i32x4.add(products, i32x4.sub(v128.load(lanes), i32x4.splat(correction)));
  return i32x4.add(i32x4.shr_s(twice, 1), v128.load(sums, 640));
}
