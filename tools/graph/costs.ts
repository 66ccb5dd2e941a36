import type { Graph } from "./graph.ts";
import { type TensorShape, tensorShapes } from "./shapes.ts";
import { weightShapes } from "./weight-shapes.ts";

export interface NodeCost {
  readonly name: string;
  /** Trainable parameters, batch-norm gain and offset included. */
  readonly parameters: number;
  /** Parameters of the weight tensor alone: what LAQ quantizes. */
  readonly weights: number;
  /** Gains of its batch norm. */
  readonly gains: number;
  /** Multiply-accumulates for one output row. */
  readonly macsPerRow: number;
  /** Input samples to an output row. */
  readonly strideSamples: number;
}

/** Parameter and MAC counts, node by node. */
export function nodeCosts(graph: Graph): readonly NodeCost[] {
  const shapes = tensorShapes(graph);
  const tensors = weightShapes(graph);
  return graph.nodes.map(({ name }) => {
    const count = (part: string) => tensors.get(`${name}.${part}`)?.reduce((size, extent) => size * extent, 1) ?? 0;
    const weights = count("weight");
    const gains = count("gamma");
    return {
      name,
      weights,
      gains,
      parameters: weights + gains + count("beta") + count("bias"),
      // Every weight of these ops meets one input in a row.
      macsPerRow: weights,
      strideSamples: (shapes.get(name) as TensorShape).strideSamples,
    };
  });
}

export function parameterCount(graph: Graph): number {
  return nodeCosts(graph).reduce((sum, cost) => sum + cost.parameters, 0);
}

/** Multiply-accumulates that a stretch of signal costs, start-up aside. */
export function macsPer(graph: Graph, samples: number): number {
  return nodeCosts(graph).reduce((sum, cost) => sum + (cost.macsPerRow * samples) / cost.strideSamples, 0);
}
