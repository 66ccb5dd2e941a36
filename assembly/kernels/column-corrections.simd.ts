import { I32View } from "../views";
import { Product } from "./product";

/**
 * corrections[column] = offset * sum of the column's elements: what a panel with `offset` on each weight gives too
 * much. Once a layer pass: all its panels share it.
 */
export function columnCorrections(product: Product, offset: i32, corrections: I32View): void {
  for (let column = 0; column < product.columns; column++) {
    let sum = 0;
    for (let tap = 0; tap < product.taps; tap++) {
      sum += sumBytes(<usize>(product.input + column * product.columnStep + tap * product.tapStep), product.span);
    }
    corrections[column] = offset * sum;
  }
}

function sumBytes(from: usize, count: i32): i32 {
  let words = i32x4.splat(0);
  const end = from + <usize>(count & ~15);
  for (; from < end; from += 16) {
    words = i32x4.add(words, i32x4.extadd_pairwise_i16x8_s(i16x8.extadd_pairwise_i8x16_s(v128.load(from))));
  }
  let sum = i32x4.extract_lane(words, 0) + i32x4.extract_lane(words, 1)
    + i32x4.extract_lane(words, 2) + i32x4.extract_lane(words, 3);
  for (const last = end + <usize>(count & 15); from < last; from++) sum += <i32>load<i8>(from);
  return sum;
}
