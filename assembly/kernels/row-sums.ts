import { I16View, I8View } from "../views";

/** sums[channel] += sum over rows of input[row][channel]; |sums| <= 32767 is the caller's to keep: 258 rows of +-127. */
export function addRows(input: I8View, channels: i32, rows: i32, sums: I16View): void {
  for (let row = 0; row < rows; row++) {
    for (let channel = 0; channel < channels; channel++) sums[channel] += input[row * channels + channel];
  }
}
