import { at, I32View, I8View } from "../views";
import { TILE_CHANNELS } from "../shared/limits";
import { clamp } from "../numeric/saturate";
import { requantize } from "../numeric/requantize";
import { Product } from "./product";

/**
 * Each channel has a filter of its own:
 *   sum[c][lane] = bias[lane] + sum over t of input[c * columnStep + t * tapStep + lane] * panel[t][lane]
 *   out[c][lane] = clamp(requantize(sum[c][lane]))
 * Product (product.ts) has these values here: `input` is the tile's first channel in the first int8 row, `columnStep` is
 * stride * channels, `tapStep` is dilation * channels, `taps` is the kernel, and `span` is not read.
 *   panel  i8[taps][8]
 * Accumulator: |bias| + taps * 127 * max|weight| < 2^31, which model/validate/arithmetic.ts proves.
 */
export function depthwiseConv1d(product: Product): void {
  const input = at<I8View>(product.input);
  const panel = at<I8View>(product.panel);
  const rows = at<I32View>(product.rows);
  const out = at<I8View>(product.out);
  const taps = product.taps;
  const tapStep = product.tapStep;
  for (let column = 0; column < product.columns; column++) {
    for (let lane = 0; lane < product.lanes; lane++) {
      let sum = rows[2 * lane + 1];
      let element = column * product.columnStep + lane;
      let weight = lane;
      for (let tap = 0; tap < taps; tap++) {
        sum += input[element] * panel[weight];
        element += tapStep;
        weight += TILE_CHANNELS;
      }
      const value = requantize(sum, rows[2 * lane], product.shift);
      out[column * product.outStep + lane] = clamp(value, product.low, product.high);
    }
  }
}
