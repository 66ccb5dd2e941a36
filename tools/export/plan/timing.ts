import { MAX_PLAN_TICKS, MAX_TICK_SAMPLES } from "../../../assembly/shared/limits.ts";
import type { Graph } from "../../graph/graph.ts";
import { lastStreamNode, lookAheadSamples, tensorShapes } from "../../graph/shapes.ts";
import type { TensorShape } from "../../graph/tensor-shape.ts";

/** The rhythm of a network's passes and decisions, in conditioned samples. */
export interface NetworkTiming {
  /** Samples that one pass of the network takes. */
  readonly tickSamples: number;
  /** Samples between two columns of the tensor that decisions pool or flatten. */
  readonly totalStride: number;
  /** Samples between two decisions. */
  readonly hopSamples: number;
  readonly lookAheadSamples: number;
}

/** The least default pass of a one-window network: weights are unpacked once a pass. */
const LEAST_TICK_SAMPLES = 64;

/**
 * Chooses the samples of a pass and derives the rest of a network's timing. Throws RangeError on samples that do not fit.
 * @param tickSamples a multiple of the pooled tensor's stride; in a one-window network it divides the window. Default: one decision
 * hop, or in a one-window network the least fitting number of 64 samples or more.
 */
export function networkTiming(graph: Graph, tickSamples?: number): NetworkTiming {
  const shapes = tensorShapes(graph);
  const totalStride = (shapes.get(lastStreamNode(graph)) as TensorShape).strideSamples;
  const logits = shapes.get(graph.nodes[graph.nodes.length - 1].name) as TensorShape;
  const hopSamples = graph.windowSamples ?? logits.strideSamples;
  const tick = tickSamples ?? defaultTick(graph, totalStride, hopSamples);
  const fits =
    Number.isInteger(tick) &&
    tick > 0 &&
    tick <= MAX_TICK_SAMPLES &&
    tick % totalStride === 0 &&
    (graph.windowSamples === null || graph.windowSamples % tick === 0);
  if (!fits) {
    throw new RangeError(
      `graph ${graph.name}: a pass of ${tick} samples; ` +
        `expected a multiple of ${totalStride} up to ${MAX_TICK_SAMPLES}` +
        (graph.windowSamples === null ? "" : ` that divides the window of ${graph.windowSamples}`),
    );
  }
  return { tickSamples: tick, totalStride, hopSamples, lookAheadSamples: lookAheadSamples(graph) };
}

function defaultTick(graph: Graph, totalStride: number, hopSamples: number): number {
  if (graph.windowSamples === null) return hopSamples;
  for (let tick = totalStride; tick < graph.windowSamples; tick += totalStride) {
    const longEnough = tick >= LEAST_TICK_SAMPLES && graph.windowSamples / tick <= MAX_PLAN_TICKS;
    if (longEnough && graph.windowSamples % tick === 0) return tick;
  }
  return graph.windowSamples;
}
