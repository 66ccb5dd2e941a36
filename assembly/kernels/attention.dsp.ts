import { addressOf } from "../views";
import { AttentionScratch, divideOnce, Head } from "./attention";
import { smlad } from "./intrinsics";

/**
 * The steps of attention-pairs.ts for cores with packed multiplies. Scores take two channels of two keys at a time, an
 * output's sum two rows of two channels.
 *
 * Writes i32[rows]: the query row times each key row.
 * The last score of an odd number of keys is written twice.
 */
export function scoreRowPacked(head: Head, query: usize, rowBytes: usize, scores: usize): void {
  const end = query + <usize>((head.channels & ~1) << 1);
  let key = <usize>addressOf(head.key);
  for (let j = 0; j < head.rows; j += 2) {
    const second = j + 1 < head.rows ? rowBytes : 0;
    let sum0 = 0, sum1 = 0;
    let at = key;
    let q = query;
    for (; q < end; q += 4) {
      const pair = load<i32>(q);
      sum0 = smlad(pair, load<i32>(at), sum0);
      sum1 = smlad(pair, load<i32>(at + second), sum1);
      at += 4;
    }
    if ((head.channels & 1) != 0) {
      sum0 += <i32>load<i16>(q) * <i32>load<i16>(at);
      sum1 += <i32>load<i16>(q) * <i32>load<i16>(at + second);
    }
    store<i32>(scores, sum0);
    store<i32>(scores, sum1, 4);
    scores += 8;
    key += 2 * rowBytes;
  }
}

/** Writes one output row: the values weighed by the exponentials. The element after an odd channel is read and counts nothing. */
export function weighRowPacked(head: Head, scratch: AttentionScratch, rowBytes: usize, divisor: i32, out: usize): void {
  for (let channel = 0; channel < head.channels; channel += 2) {
    let first = <usize>addressOf(head.value.from(channel));
    let pair = <usize>addressOf(scratch.exponentials);
    let sum0 = 0, sum1 = 0;
    for (let j = 0; j < head.rows; j += 2) {
      const a = load<i32>(first);
      const b = load<i32>(j + 1 < head.rows ? first + rowBytes : first);
      const e = load<i32>(pair);
      sum0 = smlad((a & 0xffff) | (b << 16), e, sum0);
      sum1 = smlad((a >>> 16) | (b & 0xffff0000), e, sum1);
      pair += 4;
      first += 2 * rowBytes;
    }
    store<i16>(out, divideOnce(sum0, divisor));
    if (channel + 1 < head.channels) store<i16>(out, divideOnce(sum1, divisor), 2);
    out += 4;
  }
}
