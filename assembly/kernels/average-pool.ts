import { I8View, I16View } from "../views";
import { clamp } from "../numeric/saturate";
import { requantize } from "../numeric/requantize";

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
