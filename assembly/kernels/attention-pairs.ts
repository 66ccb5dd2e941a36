import { addressOf } from "../views";
import { AttentionScratch, exponentiate, Head } from "./attention";
import { scoreRowPacked, weighRowPacked } from "./attention.dsp";
import { scoreRowSimd, weighRowSimd } from "./attention.simd";

/** The twin of attention.ts that takes value rows in pairs, for SIMD128 or packed multiplies: same result. */
export function attendPairs(head: Head, scratch: AttentionScratch): void {
  const rowBytes = <usize>(head.rowStep << 1);
  let query = <usize>addressOf(head.query);
  let out = <usize>addressOf(head.out);
  for (let i = 0; i < head.rows; i++) {
    const scores = <usize>addressOf(scratch.scores);
    if (ASC_FEATURE_SIMD) scoreRowSimd(head, query, rowBytes, scores);
    else scoreRowPacked(head, query, rowBytes, scores);
    const divisor = exponentiate(head, scratch);
    // The last of an odd number of rows is paired with a weight of 0.
    if ((head.rows & 1) != 0) scratch.exponentials[head.rows] = 0;
    if (ASC_FEATURE_SIMD) weighRowSimd(head, scratch, rowBytes, divisor, out);
    else weighRowPacked(head, scratch, rowBytes, divisor, out);
    query += rowBytes;
    out += rowBytes;
  }
}
