import { addressOf, I16View, I32View, I8View } from "../views";
import { biasLanes, leaveSums, storeBlock } from "./requantize.simd";
import { Product } from "./product";

/** Bytes of a step of PANEL_BYTE_PAIRS: two elements by eight lanes. */
const STEP_BYTES = 16;

/**
 * The SIMD128 twin of gemm.ts: same result, byte for byte. The input is i16 (int8 rows are widened once a layer),
 * the panel PANEL_BYTE_PAIRS: a step multiplies a pair of elements with eight lanes through i32x4.dot_i16x8_s. The
 * weights are widened as they are loaded: half the panel, which several columns share, for 4 % of a 1x1 layer's time.
 * Reads up to one element after a run, which meets a zero weight. Accumulator: product.ts; the pair sums of an i16
 * product fit an i32 unless all four factors are -32768, and no weight is.
 */
export function gemmPairs(product: Product): void {
  const columns = product.columns;
  fourColumns(product, columns & ~3);
  if ((columns & 2) != 0) twoColumns(product, columns & ~3);
  if ((columns & 1) != 0) oneColumn(product, columns - 1);
}

/** Columns 0..end-1, end a multiple of four: they share each panel load. Two steps at a time spill registers: 0.9x. */
function fourColumns(product: Product, end: i32): void {
  const step = <usize>(product.columnStep << 1);
  const runBytes = <usize>(((product.span + 1) >> 1) * STEP_BYTES);
  const rows = <usize>product.rows;
  const bias0 = biasLanes(rows), bias1 = biasLanes(rows + 32);
  let row = <usize>product.input;
  for (let column = 0; column < end; column += 4) {
    let a0 = bias0, a1 = bias0, a2 = bias0, a3 = bias0;
    let b0 = bias1, b1 = bias1, b2 = bias1, b3 = bias1;
    let weights = <usize>product.panel;
    for (let tap = 0; tap < product.taps; tap++) {
      let p0 = row + <usize>(tap * product.tapStep << 1);
      let p1 = p0 + step, p2 = p1 + step, p3 = p2 + step;
      const runEnd = weights + runBytes;
      do {
        const w0 = v128.load8x8_s(weights), w1 = v128.load8x8_s(weights, 8);
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
        weights += STEP_BYTES;
      } while (weights < runEnd);
    }
    leaveSums(0, a0, b0);
    leaveSums(1, a1, b1);
    leaveSums(2, a2, b2);
    leaveSums(3, a3, b3);
    storeBlock(product, column, 4);
    row += 4 * step;
  }
}

/** A column and the next, of a pass with few. */
function twoColumns(product: Product, column: i32): void {
  const step = <usize>(product.columnStep << 1);
  const runBytes = <usize>(((product.span + 1) >> 1) * STEP_BYTES);
  let a0 = biasLanes(product.rows), a1 = a0;
  let b0 = biasLanes(product.rows + 32), b1 = b0;
  let weights = <usize>product.panel;
  for (let tap = 0; tap < product.taps; tap++) {
    let p = <usize>(product.input + (column * product.columnStep + tap * product.tapStep << 1));
    const runEnd = weights + runBytes;
    do {
      const w0 = v128.load8x8_s(weights), w1 = v128.load8x8_s(weights, 8);
      let x = v128.load32_splat(p);
      a0 = i32x4.add(a0, i32x4.dot_i16x8_s(x, w0));
      b0 = i32x4.add(b0, i32x4.dot_i16x8_s(x, w1));
      x = v128.load32_splat(p + step);
      a1 = i32x4.add(a1, i32x4.dot_i16x8_s(x, w0));
      b1 = i32x4.add(b1, i32x4.dot_i16x8_s(x, w1));
      p += 4;
      weights += STEP_BYTES;
    } while (weights < runEnd);
  }
  leaveSums(0, a0, b0);
  leaveSums(1, a1, b1);
  storeBlock(product, column, 2);
}

/** A single column. */
function oneColumn(product: Product, column: i32): void {
  const runBytes = <usize>(((product.span + 1) >> 1) * STEP_BYTES);
  let a = biasLanes(product.rows), b = biasLanes(product.rows + 32);
  let weights = <usize>product.panel;
  for (let tap = 0; tap < product.taps; tap++) {
    let p = <usize>(product.input + (column * product.columnStep + tap * product.tapStep << 1));
    const runEnd = weights + runBytes;
    do {
      const x = v128.load32_splat(p);
      a = i32x4.add(a, i32x4.dot_i16x8_s(x, v128.load8x8_s(weights)));
      b = i32x4.add(b, i32x4.dot_i16x8_s(x, v128.load8x8_s(weights, 8)));
      p += 4;
      weights += STEP_BYTES;
    } while (weights < runEnd);
  }
  leaveSums(0, a, b);
  storeBlock(product, column, 1);
}

/**
 * sums[lane] += sum over e of input[e] * weight[e][lane]: one column's share of a dense layer. The panel is
 * PANEL_BYTE_PAIRS of one run of `span` elements.
 */
export function accumulatePairs(input: I16View, span: i32, panel: I8View, sums: I32View): void {
  let p = <usize>addressOf(input);
  let weights = <usize>addressOf(panel);
  const end = weights + <usize>(((span + 1) >> 1) * STEP_BYTES);
  let a = v128.load(addressOf(sums)), b = v128.load(addressOf(sums), 16);
  do {
    const x = v128.load32_splat(p);
    a = i32x4.add(a, i32x4.dot_i16x8_s(x, v128.load8x8_s(weights)));
    b = i32x4.add(b, i32x4.dot_i16x8_s(x, v128.load8x8_s(weights, 8)));
    p += 4;
    weights += STEP_BYTES;
  } while (weights < end);
  v128.store(addressOf(sums), a);
  v128.store(addressOf(sums), b, 16);
}

/** Widens `count` int8 elements to int16. */
export function widen(from: I8View, to: I16View, count: i32): void {
  let i = 0;
  for (; i + 8 <= count; i += 8) {
    v128.store(addressOf(to.from(i)), v128.load8x8_s(addressOf(from.from(i))));
  }
  for (; i < count; i++) to[i] = from[i];
}
