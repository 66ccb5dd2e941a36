import { planMemory } from "../export/memory-plan.ts";
import { lastStreamNode } from "../graph/shapes.ts";
import { BEAT_HOP_COLUMNS, referenceNetwork } from "./reference-network.ts";
import { SAMPLES_PER_MS } from "./subject.ts";

/** RAM of R-1M's tensors in a running stream, planned at export. */
export interface StreamingMemory {
  readonly tickMs: number;
  /** Rows that layers keep between passes, and what a pass adds to them. */
  readonly activationBytes: number;
  /** The tensor that decisions pool: its last 320 columns. */
  readonly pooledBytes: number;
}

export function streamingMemory(tickMs: number): StreamingMemory {
  const graph = referenceNetwork(BEAT_HOP_COLUMNS);
  const pooled = lastStreamNode(graph);
  const bytes = { activation: 0, pooled: 0 };
  for (const { name, capacityRows, rowBytes } of planMemory(graph, tickMs * SAMPLES_PER_MS)) {
    bytes[name === pooled ? "pooled" : "activation"] += capacityRows * rowBytes;
  }
  return { tickMs, activationBytes: bytes.activation, pooledBytes: bytes.pooled };
}
