import { arenaBytes, planMemory } from "../export/plan/memory-plan.ts";
import { BEAT_HOP_COLUMNS, referenceNetwork } from "./reference-network.ts";
import { SAMPLES_PER_MS } from "./subject.ts";

/**
 * RAM of R-1M's tensors in a running stream, as planned at export; the pool's sums, which the engine keeps, are not in
 * it.
 */
export interface StreamingMemory {
  readonly tickMs: number;
  /** The arena: rows of a pass and rows that are kept for the next. */
  readonly activationBytes: number;
  /** The bytes among them that are kept from one pass to the next. */
  readonly keptBytes: number;
}

export function streamingMemory(tickMs: number): StreamingMemory {
  const plan = planMemory(referenceNetwork(BEAT_HOP_COLUMNS), tickMs * SAMPLES_PER_MS);
  return {
    tickMs,
    activationBytes: arenaBytes(plan),
    keptBytes: plan.reduce((sum, { keptRows, rowBytes }) => sum + keptRows * rowBytes, 0),
  };
}
