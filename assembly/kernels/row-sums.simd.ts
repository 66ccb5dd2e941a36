import { addressOf, I16View, I8View } from "../views";

/** The SIMD128 twin of row-sums.ts: same result. */
export function addRowsSimd(input: I8View, channels: i32, rows: i32, sums: I16View): void {
  const whole = channels & ~7;
  for (let channel = 0; channel < whole; channel += 8) {
    const to = <usize>addressOf(sums.from(channel));
    let from = <usize>addressOf(input.from(channel));
    let eight = v128.load(to);
    for (let row = 0; row < rows; row++) {
      eight = i16x8.add(eight, v128.load8x8_s(from));
      from += channels;
    }
    v128.store(to, eight);
  }
  for (let channel = whole; channel < channels; channel++) {
    let sum = sums[channel];
    for (let row = 0; row < rows; row++) sum += input[row * channels + channel];
    sums[channel] = sum;
  }
}
