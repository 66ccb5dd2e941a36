import { at, I32View, I8View } from "../views";
import { TILE_CHANNELS } from "../shared/limits";
import { clamp } from "../numeric/saturate";
import { requantize } from "../numeric/requantize";
import { Product } from "./product";

/** The end of a product in the kernels that keep several sums at once: lanes that the layer does not have are dropped. */

/** out[column][lane .. lane + 3] = clamp(requantize(sum0 .. sum3)), as far as there are lanes. */
export function storeFourLanes(product: Product, column: i32, lane: i32, sum0: i32, sum1: i32, sum2: i32, sum3: i32): void {
  storeLane(product, column, lane, sum0);
  if (lane + 1 < product.lanes) storeLane(product, column, lane + 1, sum1);
  if (lane + 2 < product.lanes) storeLane(product, column, lane + 2, sum2);
  if (lane + 3 < product.lanes) storeLane(product, column, lane + 3, sum3);
}

/** sums[lane] = bias[lane] for eight lanes. */
export function startSums(product: Product, sums: I32View): void {
  const rows = at<I32View>(product.rows);
  for (let lane = 0; lane < TILE_CHANNELS; lane++) sums[lane] = rows[2 * lane + 1];
}

/** out[column][lane] = clamp(requantize(sums[lane])) for every lane. */
export function storeSums(product: Product, column: i32, sums: I32View): void {
  for (let lane = 0; lane < product.lanes; lane++) storeLane(product, column, lane, sums[lane]);
}

function storeLane(product: Product, column: i32, lane: i32, sum: i32): void {
  const value = requantize(sum, at<I32View>(product.rows)[2 * lane], product.shift);
  at<I8View>(product.out)[column * product.outStep + lane] = clamp(value, product.low, product.high);
}
