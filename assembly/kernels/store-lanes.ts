import { at, I32View, I8View } from "../views";
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
  const out = at<I8View>(product.out).from(column * product.outStep + lane);
  const lanes = product.lanes - lane;
  const shift = product.shift;
  const low = product.low;
  const high = product.high;
  out[0] = clamp(requantize(sum0, rows[0], shift), low, high);
  if (lanes > 1) out[1] = clamp(requantize(sum1, rows[2], shift), low, high);
  if (lanes > 2) out[2] = clamp(requantize(sum2, rows[4], shift), low, high);
  if (lanes > 3) out[3] = clamp(requantize(sum3, rows[6], shift), low, high);
}

/** out[column][lane] = clamp(requantize(sums[lane])) for every lane. */
export function storeSums(product: Product, column: i32, sums: I32View): void {
  storeFourLanes(product, column, 0, sums[0], sums[1], sums[2], sums[3]);
  if (product.lanes > 4) storeFourLanes(product, column, 4, sums[4], sums[5], sums[6], sums[7]);
}
