/** out[c][channel] = max over t of input[c*stride + t][channel]; T is I8View or I16View, rows channels wide. */
export function maxPool<T>(input: T, channels: i32, kernel: i32, stride: i32, out: T, columns: i32): void {
  for (let column = 0; column < columns; column++) {
    for (let channel = 0; channel < channels; channel++) {
      let at = column * stride * channels + channel;
      let best = input[at];
      for (let tap = 1; tap < kernel; tap++) {
        at += channels;
        best = max(best, input[at]);
      }
      out[column * channels + channel] = best;
    }
  }
}
