import { I32View, I8View } from "../views";
import { TILE_CHANNELS } from "../shared/limits";
import { clamp } from "../numeric/saturate";
import { requantize } from "../numeric/requantize";

/**
 * out[c][lane] = clamp(requantize(bias[lane] + sum over t, e of input[c*columnStep + t*tapStep + e] * panel[t][e][lane]))
 * for c in 0..columns-1, lane in 0..lanes-1: a conv1d is a product of overlapping rows with a panel of eight channels.
 *   input  T[...]        I8View or I16View; steps in elements
 *   panel  i8[taps][span][8]
 *   rows   i32[lanes][2] multiplier and bias of each lane
 *   out    i8[columns][outStep]
 * Accumulator: |bias| + taps * span * max|input| * max|weight| < 2^31, proven by model/validate.
 */
export function gemm<T>(
  input: T, columnStep: i32, taps: i32, tapStep: i32, span: i32,
  panel: I8View, rows: I32View, lanes: i32, shift: i32, low: i32, high: i32,
  out: I8View, outStep: i32, columns: i32,
): void {
  for (let column = 0; column < columns; column++) {
    for (let lane = 0; lane < lanes; lane++) {
      let sum = rows[2 * lane + 1];
      let weight = lane;
      for (let tap = 0; tap < taps; tap++) {
        const first = column * columnStep + tap * tapStep;
        for (let element = first; element < first + span; element++) {
          sum += input[element] * panel[weight];
          weight += TILE_CHANNELS;
        }
      }
      out[column * outStep + lane] = clamp(requantize(sum, rows[2 * lane], shift), low, high);
    }
  }
}
