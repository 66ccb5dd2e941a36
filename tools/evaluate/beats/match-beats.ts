/** Beats of two annotators, paired one to one; indices into either list, in rising order. */
export interface Pairing {
  /** Pairs of a reference beat's index and a test beat's index. */
  readonly pairs: readonly (readonly [number, number])[];
  /** Reference beats without a partner. */
  readonly missed: readonly number[];
  /** Test beats without a partner. */
  readonly extra: readonly number[];
}

/**
 * Pairs beats as wfdb's `bxb` does, the reference implementation of ANSI/AAMI EC57. It takes the next beat of each
 * list. The earlier is paired with the later if their distance is within the window and the later is nearer to it than
 * to the earlier's successor, or that successor has a still nearer partner. Otherwise the earlier stays alone.
 *
 * @param reference times in rising order
 * @param test times in rising order, in the same unit
 * @param window largest distance of a pair, in that unit
 */
export function matchBeats(reference: readonly number[], test: readonly number[], window: number): Pairing {
  const pairs: [number, number][] = [];
  const missed: number[] = [];
  const extra: number[] = [];
  const at = (times: readonly number[], i: number) => times[i] ?? Number.POSITIVE_INFINITY;
  let r = 0;
  let t = 0;
  while (r < reference.length || t < test.length) {
    const testFirst = at(test, t) < at(reference, r);
    const distance = Math.abs(at(test, t) - at(reference, r));
    // The distance of the later beat to the successor of the earlier one.
    const rival = testFirst ? apart(at(reference, r), at(test, t + 1)) : apart(at(test, t), at(reference, r + 1));
    const next = apart(at(reference, r + 1), at(test, t + 1));
    if (distance <= window && (distance < rival || next < rival)) pairs.push([r++, t++]);
    else if (testFirst) extra.push(t++);
    else missed.push(r++);
  }
  return { pairs, missed, extra };
}

/** Computes the distance of two times; infinite where one is past the end of its list, 0 where both are. */
function apart(a: number, b: number): number {
  return a === b ? 0 : Math.abs(a - b);
}
