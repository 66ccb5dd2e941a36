import { type Graph, inputsOf } from "../graph/graph.ts";
import { tensorShapes } from "../graph/shapes.ts";
import type { TensorShape } from "../graph/tensor-shape.ts";

/** Samples `start` to `end`, exclusive. */
export interface Part {
  readonly start: number;
  readonly end: number;
  /** Decisions of the part that belong to the one before it: they lack what is left of the part. */
  readonly skipped: number;
  readonly kept: number;
}

/**
 * Cuts a record into parts of so many decisions that overlap by what a decision sees: the decisions kept of them are those
 * of the whole record.
 */
export function* partsOf(graph: Graph, samples: number, partDecisions: number): Generator<Part> {
  if (graph.windowSamples !== null) return yield* windowsOf(graph.windowSamples, samples, partDecisions);
  const { hopSamples, beforeSamples, afterSamples } = decisionGrid(graph);
  const overlap = Math.ceil(beforeSamples / hopSamples);
  for (let first = 0; ; first += partDecisions) {
    const skipped = Math.min(first, overlap);
    const start = (first - skipped) * hopSamples;
    const end = (first + partDecisions - 1) * hopSamples + afterSamples;
    if (end >= samples) return yield { start, end: samples, skipped, kept: Number.POSITIVE_INFINITY };
    yield { start, end, skipped, kept: partDecisions };
  }
}

/** A window is a decision by itself; of what follows the last whole one nothing is decided. */
function* windowsOf(windowSamples: number, samples: number, partDecisions: number): Generator<Part> {
  const windows = Math.max(1, Math.floor(samples / windowSamples));
  for (let first = 0; first < windows; first += partDecisions) {
    const kept = Math.min(partDecisions, windows - first);
    const end = Math.min(samples, (first + kept) * windowSamples);
    yield { start: first * windowSamples, end, skipped: 0, kept };
  }
}

/** Which samples a decision reads: decision d those from d * hop - before to d * hop + after, exclusive. */
interface DecisionGrid {
  readonly hopSamples: number;
  readonly beforeSamples: number;
  readonly afterSamples: number;
}

function decisionGrid(graph: Graph): DecisionGrid {
  const head = graph.nodes.find((node) => node.op === "window" || node.op === "averagePool" || node.op === "dense");
  if (head?.op !== "window" && head?.op !== "averagePool" && head?.op !== "dense") {
    throw new RangeError(`graph ${graph.name} has no head`);
  }
  const { columns } = head.op === "dense" ? head : { columns: 0 };
  const { window, hop, warmup } = head.op === "dense" ? { window: columns, hop: columns, warmup: columns } : head;
  const column = tensorShapes(graph).get(inputsOf(head)[0]) as TensorShape;
  return {
    hopSamples: hop * column.strideSamples,
    beforeSamples: (window - warmup) * column.strideSamples - column.firstSample,
    afterSamples: (warmup - 1) * column.strideSamples + column.lastSample + 1,
  };
}
