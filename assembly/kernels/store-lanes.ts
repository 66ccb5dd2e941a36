import { at, I16View, I32View, I8View } from "../views";
import { TILE_CHANNELS } from "../shared/limits";
import { clamp } from "../numeric/saturate";
import { requantize } from "../numeric/requantize";
import { Product } from "./product";

/** The start and the end of a product in the kernels that keep several sums at once. */

/** sums[lane] = bias[lane] for eight lanes. */
export function startSums(product: Product, sums: I32View): void {
  const rows = at<I32View>(product.rows);
  for (let lane = 0; lane < TILE_CHANNELS; lane++) sums[lane] = rows[2 * lane + 1];
}

/** out[column][lane .. lane + 3] = clamp(requantize(sum0 .. sum3)); lanes that the layer does not have are dropped. */
export function storeFourLanes(
  product: Product, column: i32, lane: i32, sum0: i32, sum1: i32, sum2: i32, sum3: i32,
): void {
  const rows = at<I32View>(product.rows).from(2 * lane);
  const element = column * product.outStep + lane;
  const lanes = product.lanes - lane;
  const shift = product.shift;
  const low = product.low;
  const high = product.high;
  const value0 = clamp(requantize(sum0, rows[0], shift), low, high);
  const value1 = clamp(requantize(sum1, rows[2], shift), low, high);
  const value2 = clamp(requantize(sum2, rows[4], shift), low, high);
  const value3 = clamp(requantize(sum3, rows[6], shift), low, high);
  if (product.wide != 0) putLanes<I16View>(at<I16View>(product.out).from(element), lanes, value0, value1, value2, value3);
  else putLanes<I8View>(at<I8View>(product.out).from(element), lanes, value0, value1, value2, value3);
}

// @ts-ignore: decorator
@inline
function putLanes<T>(out: T, lanes: i32, value0: i32, value1: i32, value2: i32, value3: i32): void {
  out[0] = value0;
  if (lanes > 1) out[1] = value1;
  if (lanes > 2) out[2] = value2;
  if (lanes > 3) out[3] = value3;
}

/** out[column][lane] = clamp(requantize(sums[lane])) for every lane. */
export function storeSums(product: Product, column: i32, sums: I32View): void {
  storeFourLanes(product, column, 0, sums[0], sums[1], sums[2], sums[3]);
  if (product.lanes > 4) storeFourLanes(product, column, 4, sums[4], sums[5], sums[6], sums[7]);
}
