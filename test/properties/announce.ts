import type { TestProject } from "vitest/node";

/** Says before a run what its properties draw from: with QHUBERT_SEED set to it they draw the same again. */
export default function announce({ config }: TestProject): void {
  const { QHUBERT_SEED: seed, QHUBERT_TIER: tier } = config.env;
  console.log(`properties draw from QHUBERT_SEED=${seed} (${tier} tier)`);
}
