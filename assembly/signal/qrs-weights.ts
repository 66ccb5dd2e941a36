/**
 * Weights of the evidence, in 1/4096 of a natural logarithm of the odds: of logarithms in sixteenths of a bit (* 256), and of
 * ratios in 1/256 (* 16). Where they come from: docs/numerics/front-end.md, "Evidence"; `qhubert fit-detector` prints them.
 */
export const OFFSET: i32 = -1364;
export const ABOVE_THRESHOLD: i32 = 499;
export const BELOW_THRESHOLD: i32 = 535;
export const BEYOND_SIGNAL: i32 = -829;
export const FINER_THAN_LAST: i32 = 405;
export const BUSY_BEFORE: i32 = -124;
export const BUSY_AFTER: i32 = -144;
export const EARLY: i32 = -97;
export const UNLIKE: i32 = -39;

/** The place of each in the list that the fit passes (tools/detector/terms.ts). */
export const enum Term {
  OFFSET, ABOVE_THRESHOLD, BELOW_THRESHOLD, BEYOND_SIGNAL, FINER_THAN_LAST, BUSY_BEFORE, BUSY_AFTER, EARLY, UNLIKE,
}

// @ts-ignore: decorator
@external("env", "weigh")
declare function importedWeigh(term: Term, value: i32): i32;

/** weight * value. Compiled with `--use QHUBERT_FITTING=1` the host has the weights, and sees each term's value. */
// @ts-ignore: decorator
@inline
export function weigh(term: Term, weight: i32, value: i32): i32 {
  if (isDefined(QHUBERT_FITTING)) return importedWeigh(term, value);
  return weight * value;
}
