import { addressOf } from "../views";
import { maxPool } from "./max-pool";

/**
 * The SIMD128 twin of max-pool.ts: same result. T is the view, E its element: I8View and i8, I16View and i16. The
 * last vector of a row may overlap the one before; rows shorter than a vector go to the plain twin.
 */
export function maxPoolSimd<T, E>(input: T, channels: i32, kernel: i32, stride: i32, out: T, columns: i32): void {
  const rowBytes = <usize>(channels * sizeof<E>());
  if (rowBytes < 16) {
    maxPool<T>(input, channels, kernel, stride, out, columns);
    return;
  }
  let from = <usize>addressOf(input);
  let to = <usize>addressOf(out);
  for (let column = 0; column < columns; column++) {
    for (let at: usize = 0; at < rowBytes; at += 16) {
      const first = min(at, rowBytes - 16);
      let row = from + first;
      let best = v128.load(row);
      for (let tap = 1; tap < kernel; tap++) {
        row += rowBytes;
        best = v128.max<E>(best, v128.load(row));
      }
      v128.store(to + first, best);
    }
    from += <usize>stride * rowBytes;
    to += rowBytes;
  }
}
