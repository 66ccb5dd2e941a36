export interface McNemar {
  /** Records that the first classifier calls right and the second wrong. */
  readonly lost: number;
  /** Records that the first calls wrong and the second right. */
  readonly gained: number;
  /** Records whose predicted class differs, right or wrong. */
  readonly changed: number;
  /** Two-sided exact p of "losses and gains are equally likely". */
  readonly p: number;
}

/** McNemar's exact test (1947) of two classifiers on the same records: binomial(lost + gained, 1/2), two-sided. */
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

/** Two-sided p of `fewer` heads or as extreme in `tosses` of a fair coin. Sums of logarithms: 2^-n underflows. */
function signTest(fewer: number, tosses: number): number {
  let tail = 0;
  let logTerm = -tosses * Math.LN2;
  for (let heads = 0; heads <= fewer; heads++) {
    tail += Math.exp(logTerm);
    logTerm += Math.log((tosses - heads) / (heads + 1));
  }
  return Math.min(1, 2 * tail);
}
