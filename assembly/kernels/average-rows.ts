import { I16View } from "../views";
import { clamp } from "../numeric/saturate";
import { requantize } from "../numeric/requantize";

/** out[channel] = clamp(requantize(sum over rows)): the mean of int13 rows, as in average-pool.ts. */
export function averageRows(x: I16View, channels: i32, rows: i32, multiplier: i32, shift: i32, out: I16View): void {
  for (let channel = 0; channel < channels; channel++) {
    let sum = 0;
    for (let row = 0; row < rows; row++) sum += x[row * channels + channel];
    out[channel] = clamp(requantize(sum, multiplier, shift), -4095, 4095);
  }
}
