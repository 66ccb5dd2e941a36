import { I8View, I16View } from "../views";
import { clamp } from "../numeric/saturate";
import { requantize } from "../numeric/requantize";

/** sums[channel] += sum over rows of input[row][channel]; the caller keeps |sums| below 2^15. */
export function sumRows(input: I8View, channels: i32, rows: i32, sums: I16View): void {
  for (let row = 0; row < rows; row++) {
    for (let channel = 0; channel < channels; channel++) sums[channel] = sums[channel] + input[row * channels + channel];
  }
}

/**
 * out[channel] = clamp(requantize(sum over blocks of sums[block][channel])): the mean of the rows in them, since the
 * multiplier of the row count divides by it. |sum| <= rows * 127.
 */
export function averageBlocks(
  sums: I16View, channels: i32, blocks: i32, multiplier: i32, shift: i32, out: I8View,
): void {
  for (let channel = 0; channel < channels; channel++) {
    let sum = 0;
    for (let block = 0; block < blocks; block++) sum += sums[block * channels + channel];
    out[channel] = clamp(requantize(sum, multiplier, shift), -127, 127);
  }
}
