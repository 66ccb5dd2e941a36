import { I8View } from "../views";
import { clamp } from "../numeric/saturate";
import { requantize } from "../numeric/requantize";

/**
 * out[channel] = clamp(requantize(sum over rows of input[row][channel])): the mean of the rows that count, since the
 * multiplier of the row count divides by it; zero rows before the record add nothing. |sum| <= rows * 127.
 */
export function averagePool(input: I8View, channels: i32, rows: i32, multiplier: i32, shift: i32, out: I8View): void {
  for (let channel = 0; channel < channels; channel++) {
    let sum = 0;
    for (let row = 0; row < rows; row++) sum += input[row * channels + channel];
    out[channel] = clamp(requantize(sum, multiplier, shift), -127, 127);
  }
}
