export interface McNemar {
  /** Count of records that the first classifier decides right and the second wrong. */
  readonly lost: number;
  /** Count of records that the first decides wrong and the second right. */
  readonly gained: number;
  /** Count of records whose predicted classes differ, right or wrong. */
  readonly changed: number;
  /** Two-sided exact p of "losses and gains are equally likely". */
  readonly p: number;
}

/** Runs McNemar's exact test (1947) of two classifiers on the same records: binomial(lost + gained, 1/2), two-sided. */
export function mcnemar(truths: readonly number[], first: readonly number[], second: readonly number[]): McNemar {
  if (truths.length !== first.length || truths.length !== second.length) {
    throw new RangeError(`${truths.length} true classes against ${first.length} and ${second.length} predicted`);
  }
  let lost = 0;
  let gained = 0;
  let changed = 0;
  truths.forEach((truth, index) => {
    if (first[index] === second[index]) return;
    changed++;
    if (first[index] === truth) lost++;
    else if (second[index] === truth) gained++;
  });
  return { lost, gained, changed, p: signTest(Math.min(lost, gained), lost + gained) };
}

/**
 * Computes the two-sided p of at most `fewer` heads in `tosses` of a fair coin. It sums logarithms: 2^-n underflows.
 */
function signTest(fewer: number, tosses: number): number {
  let tail = 0;
  let logTerm = -tosses * Math.LN2;
  for (let heads = 0; heads <= fewer; heads++) {
    tail += Math.exp(logTerm);
    logTerm += Math.log((tosses - heads) / (heads + 1));
  }
  return Math.min(1, 2 * tail);
}
