import { I16View, I32View } from "../views";
import { EXP2_ENTRIES } from "../numeric/exp2-table";
import { MAX_ATTENTION_ROWS } from "../shared/limits";

/**
 * One head: out[i] = sum over j of softmax_j(q[i] k[j] / sqrt(channels)) v[j] (NUMERICS.md, "Attention"). Rows of int13 lie
 * `rowStep` elements apart; |sum| <= 128 channels * 4095^2 < 2^31. The exponentials are 2^12 at most and are not normalised:
 * sum e v and sum e stay below 2^31 over 128 rows, and one division makes an output.
 */
@unmanaged @final
export class Head {
  query: I16View;
  key: I16View;
  value: I16View;
  out: I16View;
  channels: i32;
  rowStep: i32;
  rows: i32;
  /** Factor, with `shift`, from a difference of scores to 1/256 of an octave. */
  multiplier: i32;
  shift: i32;
}

/** Scratch that all heads share: the table of exp2-table.ts, a row's scores, their exponentials. */
@unmanaged @final
export class AttentionScratch {
  exp2: I16View;
  scores: I32View;
  exponentials: I16View;
}

/** u16[256], i32[128], i16[128]. */
export const ATTENTION_SCRATCH_BYTES: i32 = 2 * EXP2_ENTRIES + 6 * MAX_ATTENTION_ROWS;

/** exponentials[j] = 2^12 * 2^-(largest - scores[j]), in octaves; returns their sum. */
export function exponentiate(head: Head, scratch: AttentionScratch): i32 {
  const scores = scratch.scores;
  const rows = head.rows;
  let largest = scores[0];
  for (let j = 1; j < rows; j++) largest = max(largest, scores[j]);
  const half = <i64>1 << <i64>(head.shift - 1);
  let sum = 0;
  for (let j = 0; j < rows; j++) {
    const behind = <i64>min<u32>(<u32>(largest - scores[j]), <u32>i32.MAX_VALUE);
    const octaves = (behind * head.multiplier + half) >> <i64>head.shift;
    let e = 0;
    if (octaves < 16 * EXP2_ENTRIES) {
      const down = 3 + (<i32>octaves >> 8);
      e = ((scratch.exp2[<i32>octaves & 255] & 0xffff) + (1 << (down - 1))) >> down;
    }
    scratch.exponentials[j] = e;
    sum += e;
  }
  return sum;
}

/** round(sum e v / sum e), half up where the divisor is even. */
// @ts-ignore: decorator
@inline
export function divideOnce(sum: i32, divisor: i32): i32 {
  const raised = sum + (divisor >> 1);
  return raised >= 0 ? raised / divisor : -((divisor - 1 - raised) / divisor);
}

export function attend(head: Head, scratch: AttentionScratch): void {
  const rowStep = head.rowStep;
  for (let i = 0; i < head.rows; i++) {
    const query = head.query.from(i * rowStep);
    for (let j = 0; j < head.rows; j++) {
      const key = head.key.from(j * rowStep);
      let score = 0;
      for (let c = 0; c < head.channels; c++) score += query[c] * key[c];
      scratch.scores[j] = score;
    }
    const divisor = exponentiate(head, scratch);
    const out = head.out.from(i * rowStep);
    for (let c = 0; c < head.channels; c++) {
      let sum = 0;
      for (let j = 0; j < head.rows; j++) sum += scratch.exponentials[j] * head.value[j * rowStep + c];
      out[c] = divideOnce(sum, divisor);
    }
  }
}
