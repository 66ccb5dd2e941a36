import { addressOf } from "../views";
import { AttentionScratch, divideOnce, exponentiate, Head } from "./attention";
import { smlad } from "./intrinsics";

/**
 * The twin of attention.ts for cores with packed multiplies: same result. Scores take two channels of two keys at a time, an
 * output's sum two rows of two channels.
 */
export function attendPacked(head: Head, scratch: AttentionScratch): void {
  const rowBytes = <usize>(head.rowStep << 1);
  let query = <usize>addressOf(head.query);
  let out = <usize>addressOf(head.out);
  for (let i = 0; i < head.rows; i++) {
    scoreRow(head, query, rowBytes, <usize>addressOf(scratch.scores));
    const divisor = exponentiate(head, scratch);
    // Rows are taken in pairs: the last one's partner counts nothing.
    if ((head.rows & 1) != 0) scratch.exponentials[head.rows] = 0;
    weighRow(head, scratch, rowBytes, divisor, out);
    query += rowBytes;
    out += rowBytes;
  }
}

/** i32[rows]: the query row times each key row. Behind the last of an odd number its score is written once more. */
function scoreRow(head: Head, query: usize, rowBytes: usize, scores: usize): void {
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

/** One output row: the values weighed by the exponentials. What lies behind an odd channel is read and counts nothing. */
function weighRow(head: Head, scratch: AttentionScratch, rowBytes: usize, divisor: i32, out: usize): void {
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
