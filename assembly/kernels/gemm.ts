import { at, I16View, I32View, I8View } from "../views";
import { TILE_CHANNELS } from "../shared/limits";
import { clamp } from "../numeric/saturate";
import { requantize } from "../numeric/requantize";
import { Product } from "./product";

/**
 * The product (product.ts), as its formula says. T is I8View or I16View, the panel i8[taps][span][8].
 * Accumulator: |bias| + taps * span * max|input| * max|weight| < 2^31, which model/validate/arithmetic.ts proves.
 */
export function gemm<T>(product: Product): void {
  const input = at<T>(product.input);
  const panel = at<I8View>(product.panel);
  const rows = at<I32View>(product.rows);
  const taps = product.taps;
  const span = product.span;
  for (let column = 0; column < product.columns; column++) {
    for (let lane = 0; lane < product.lanes; lane++) {
      let sum = rows[2 * lane + 1];
      let weight = lane;
      for (let tap = 0; tap < taps; tap++) {
        const first = column * product.columnStep + tap * product.tapStep;
        for (let element = first; element < first + span; element++) {
          sum += input[element] * panel[weight];
          weight += TILE_CHANNELS;
        }
      }
      const value = clamp(requantize(sum, rows[2 * lane], product.shift), product.low, product.high);
      const element = column * product.outStep + lane;
      if (product.wide != 0) at<I16View>(product.out)[element] = value;
      else at<I8View>(product.out)[element] = value;
    }
  }
}
