/**
 * Computes the area under the ROC curve by Mann and Whitney (1947): the chance that a positive has a greater score than
 * a negative; ties count half. Each outcome counts `weight` times, once by default.
 *
 * @param outcomes in rising order of their scores
 * @returns NaN without positives or without negatives
 */
export function auroc(
  outcomes: readonly { readonly score: number; readonly truth: boolean }[],
  weight: (index: number) => number = () => 1,
): number {
  let below = 0; // negatives of lower score
  let positives = 0;
  let won = 0;
  for (let from = 0; from < outcomes.length; ) {
    let to = from;
    let tiedPositives = 0;
    let tiedNegatives = 0;
    for (; to < outcomes.length && outcomes[to].score === outcomes[from].score; to++) {
      if (outcomes[to].truth) tiedPositives += weight(to);
      else tiedNegatives += weight(to);
    }
    won += tiedPositives * (below + tiedNegatives / 2);
    positives += tiedPositives;
    below += tiedNegatives;
    from = to;
  }
  return won / (positives * below);
}
