import { addressOf } from "../views";
import { AttentionScratch, divideOnce, Head } from "./attention";

/**
 * The steps of attention-pairs.ts for SIMD128. A score is eight products at a time, four keys together; an output's sum takes
 * two rows of values at a time. A head's channels are a multiple of eight.
 *
 * Writes i32[rows]: the query row times each key row.
 * Up to three scores after the last are written too: those of the last key again.
 */
export function scoreRowSimd(head: Head, query: usize, rowBytes: usize, scores: usize): void {
  const bytes = <usize>(head.channels << 1);
  const last = <usize>addressOf(head.key) + <usize>(head.rows - 1) * rowBytes;
  let key = <usize>addressOf(head.key);
  for (let j = 0; j < head.rows; j += 4) {
    const key1 = min(key + rowBytes, last), key2 = min(key1 + rowBytes, last), key3 = min(key2 + rowBytes, last);
    let a0 = i32x4.splat(0), a1 = a0, a2 = a0, a3 = a0;
    for (let at: usize = 0; at < bytes; at += 16) {
      const q = v128.load(query + at);
      a0 = i32x4.add(a0, i32x4.dot_i16x8_s(q, v128.load(key + at)));
      a1 = i32x4.add(a1, i32x4.dot_i16x8_s(q, v128.load(key1 + at)));
      a2 = i32x4.add(a2, i32x4.dot_i16x8_s(q, v128.load(key2 + at)));
      a3 = i32x4.add(a3, i32x4.dot_i16x8_s(q, v128.load(key3 + at)));
    }
    v128.store(scores, sumEach(a0, a1, a2, a3));
    scores += 16;
    key = key3 + rowBytes;
  }
}

/** The four sums of four vectors' lanes. */
// @ts-ignore: decorator
@inline
function sumEach(a0: v128, a1: v128, a2: v128, a3: v128): v128 {
  const first = i32x4.add(v128.shuffle<i32>(a0, a1, 0, 4, 2, 6), v128.shuffle<i32>(a0, a1, 1, 5, 3, 7));
  const second = i32x4.add(v128.shuffle<i32>(a2, a3, 0, 4, 2, 6), v128.shuffle<i32>(a2, a3, 1, 5, 3, 7));
  return i32x4.add(v128.shuffle<i32>(first, second, 0, 1, 4, 5), v128.shuffle<i32>(first, second, 2, 3, 6, 7));
}

/** One output row: the values weighed by the exponentials, eight channels at a time. */
export function weighRowSimd(head: Head, scratch: AttentionScratch, rowBytes: usize, divisor: i32, out: usize): void {
  const end = <usize>(head.channels << 1);
  for (let at: usize = 0; at < end; at += 16) {
    let value = <usize>addressOf(head.value) + at;
    let pair = <usize>addressOf(scratch.exponentials);
    let low = i32x4.splat(0), high = low;
    for (let j = 0; j < head.rows; j += 2) {
      const e = v128.load32_splat(pair);
      const first = v128.load(value);
      const second = j + 1 < head.rows ? v128.load(value + rowBytes) : first;
      low = i32x4.add(low, i32x4.dot_i16x8_s(v128.shuffle<i16>(first, second, 0, 8, 1, 9, 2, 10, 3, 11), e));
      high = i32x4.add(high, i32x4.dot_i16x8_s(v128.shuffle<i16>(first, second, 4, 12, 5, 13, 6, 14, 7, 15), e));
      value += 2 * rowBytes;
      pair += 4;
    }
    storeFour(low, divisor, out + at);
    storeFour(high, divisor, out + at + 8);
  }
}

function storeFour(sums: v128, divisor: i32, out: usize): void {
  store<i16>(out, <i16>divideOnce(i32x4.extract_lane(sums, 0), divisor));
  store<i16>(out, <i16>divideOnce(i32x4.extract_lane(sums, 1), divisor), 2);
  store<i16>(out, <i16>divideOnce(i32x4.extract_lane(sums, 2), divisor), 4);
  store<i16>(out, <i16>divideOnce(i32x4.extract_lane(sums, 3), divisor), 6);
}
