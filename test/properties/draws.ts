/** How many cases a run of the tests draws: see CONTRIBUTING.md, "Tiers of tests". */
export type Tier = "quick" | "slow" | "fuzz";

export const TIER = (process.env.QHUBERT_TIER ?? "quick") as Tier;

/** The fuzz tier draws this many times as many cases as the slow tier. */
const FUZZ_FACTOR = 20;

/**
 * Cases of a property in this run.
 * @param quick cases of `npm test`
 * @param slow cases of `npm run test:slow`, for the files that its configuration names
 */
export function draws(quick: number, slow = quick): number {
  if (TIER === "fuzz") return FUZZ_FACTOR * slow;
  return TIER === "slow" ? slow : quick;
}
