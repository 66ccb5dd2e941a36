interface Term {
  /** Its weight's name in assembly/signal/qrs-weights.ts. */
  readonly name: string;
  /** The term's integer for one bit, or for a ratio of one. */
  readonly unit: number;
}

/** Terms of the evidence in the order of the engine's `Term` and of the table in docs/numerics/front-end.md. */
export const TERMS: readonly Term[] = [
  { name: "OFFSET", unit: 1 },
  { name: "ABOVE_THRESHOLD", unit: 16 },
  { name: "BELOW_THRESHOLD", unit: 16 },
  { name: "BEYOND_SIGNAL", unit: 16 },
  { name: "FINER_THAN_LAST", unit: 16 },
  { name: "BUSY_BEFORE", unit: 16 },
  { name: "BUSY_AFTER", unit: 16 },
  { name: "EARLY", unit: 256 },
  { name: "UNLIKE", unit: 256 },
];

/** The term that is 1 for every candidate. */
export const OFFSET = 0;

/** The evidence that stands for odds of e to 1. */
const EVIDENCE_PER_LOG_ODDS = 4096;

/** Converts the weights of a regression, whose terms count in bits and ratios, to the engine's integers. */
export function engineWeights(weights: readonly number[]): number[] {
  return weights.map((weight, term) => Math.round((weight * EVIDENCE_PER_LOG_ODDS) / TERMS[term].unit));
}
