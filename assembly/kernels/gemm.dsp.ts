import { at, I32View } from "../views";
import { TILE_CHANNELS } from "../shared/limits";
import { dot4, smlad } from "./intrinsics";
import { Product } from "./product";
import { startSums, storeFourLanes, storeSums } from "./store-lanes";

/**
 * The twin of gemm.ts for cores with packed multiplies, byte for byte. A word of x holds neighbouring elements, a word
 * of the panel one lane's weights for them. T is the type of the input's elements:
 *   i8    dot4     panel  i8[taps][ceil(span / 4)][8][4]
 *   i16   smlad    panel  i16[taps][ceil(span / 2)][8][2]
 * Zero weights fill a run's last word: up to three elements after the run are read and count nothing. Accumulator: as
 * in gemm.ts; partial sums may wrap, the whole does not.
 *
 * On a Cortex-M4 (wasm2c, gcc 12 -O2, 448 terms) 1.8 instructions per MAC of int8, 1.6 with -fno-schedule-insns, which
 * spills fewer registers; 1.3 of int16.
 */
const LANE_BYTES: i32 = 4;
const STEP_BYTES: i32 = LANE_BYTES * TILE_CHANNELS;
/** The sums of a single column. */
const SUMS = memory.data(4 * TILE_CHANNELS, 4);

export function gemmPacked<T>(product: Product): void {
  const pairs = product.columns & ~1;
  for (let lane = 0; lane < product.lanes; lane += 4) {
    for (let column = 0; column < pairs; column += 2) multiplyBlock<T>(product, column, lane);
  }
  if (pairs < product.columns) multiplyColumn<T>(product, pairs);
}

/** Two columns times four lanes: a word of the panel serves twice, one of x four times, and so do their half words. */
function multiplyBlock<T>(product: Product, column: i32, lane: i32): void {
  const step = <usize>(product.columnStep * sizeof<T>());
  const rows = at<I32View>(product.rows).from(2 * lane);
  let a0 = rows[1], a1 = rows[3], a2 = rows[5], a3 = rows[7];
  let b0 = a0, b1 = a1, b2 = a2, b3 = a3;
  let weights = <usize>(product.panel + LANE_BYTES * lane);
  for (let tap = 0; tap < product.taps; tap++) {
    let x = <usize>rowAddress<T>(product, column, tap);
    const stop = weights + <usize>runBytes<T>(product.span);
    do {
      const a = load<i32>(x);
      const b = load<i32>(x + step);
      let w = load<i32>(weights);
      a0 = multiply<T>(a, w, a0);
      b0 = multiply<T>(b, w, b0);
      w = load<i32>(weights, 4);
      a1 = multiply<T>(a, w, a1);
      b1 = multiply<T>(b, w, b1);
      w = load<i32>(weights, 8);
      a2 = multiply<T>(a, w, a2);
      b2 = multiply<T>(b, w, b2);
      w = load<i32>(weights, 12);
      a3 = multiply<T>(a, w, a3);
      b3 = multiply<T>(b, w, b3);
      x += 4;
      weights += STEP_BYTES;
    } while (weights < stop);
  }
  storeFourLanes(product, column, lane, a0, a1, a2, a3);
  storeFourLanes(product, column + 1, lane, b0, b1, b2, b3);
}

function multiplyColumn<T>(product: Product, column: i32): void {
  const sums = changetype<I32View>(SUMS);
  startSums(product, sums);
  for (let tap = 0; tap < product.taps; tap++) {
    const panel = product.panel + tap * runBytes<T>(product.span);
    accumulatePacked<T>(rowAddress<T>(product, column, tap), product.span, panel, sums);
  }
  storeSums(product, column, sums);
}

/**
 * sums[lane] += sum over e of input[e] * weight[e][lane] for eight lanes: dense.ts over this file's panels. `input` and
 * `panel` are addresses.
 */
export function accumulatePacked<T>(input: i32, span: i32, panel: i32, sums: I32View): void {
  for (let lane = 0; lane < TILE_CHANNELS; lane += 4) {
    let sum0 = sums[lane], sum1 = sums[lane + 1], sum2 = sums[lane + 2], sum3 = sums[lane + 3];
    let x = <usize>input;
    let weights = <usize>(panel + LANE_BYTES * lane);
    const stop = weights + <usize>runBytes<T>(span);
    do {
      const word = load<i32>(x);
      sum0 = multiply<T>(word, load<i32>(weights), sum0);
      sum1 = multiply<T>(word, load<i32>(weights, 4), sum1);
      sum2 = multiply<T>(word, load<i32>(weights, 8), sum2);
      sum3 = multiply<T>(word, load<i32>(weights, 12), sum3);
      x += 4;
      weights += STEP_BYTES;
    } while (weights < stop);
    sums[lane] = sum0;
    sums[lane + 1] = sum1;
    sums[lane + 2] = sum2;
    sums[lane + 3] = sum3;
  }
}

// @ts-ignore: decorator
@inline
function multiply<T>(x: i32, w: i32, sum: i32): i32 {
  return sizeof<T>() == 1 ? dot4(x, w, sum) : smlad(x, w, sum);
}

/** Panel bytes of a run. */
// @ts-ignore: decorator
@inline
function runBytes<T>(span: i32): i32 {
  return (sizeof<T>() == 1 ? (span + 3) >> 2 : (span + 1) >> 1) * STEP_BYTES;
}

// @ts-ignore: decorator
@inline
function rowAddress<T>(product: Product, column: i32, tap: i32): i32 {
  return product.input + (column * product.columnStep + tap * product.tapStep) * sizeof<T>();
}
