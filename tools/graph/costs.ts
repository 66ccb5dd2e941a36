import { cropRows } from "./crop-rows.ts";
import type { Graph, GraphNode } from "./graph.ts";
import { tensorShapes } from "./shapes.ts";
import type { TensorShape } from "./tensor-shape.ts";
import { weightShapes } from "./weight-shapes.ts";

export interface NodeCost {
  readonly name: string;
  /** Trainable parameters, a norm's gain and offset included. */
  readonly parameters: number;
  /** Parameters of the weight tensor alone: what LAQ quantizes. */
  readonly weights: number;
  /** Gains of its norm. */
  readonly gains: number;
  /** Multiply-accumulates for one output row. */
  readonly macsPerRow: number;
  /** Output rows per input sample; rows of overlapping sequences count in each of them. */
  readonly rowsPerSample: number;
}

/** Counts parameters and multiply-accumulates of every node. */
export function nodeCosts(graph: Graph): readonly NodeCost[] {
  const shapes = tensorShapes(graph);
  const tensors = weightShapes(graph);
  return graph.nodes.map((node) => {
    const { name } = node;
    const count = (part: string) => tensors.get(`${name}.${part}`)?.reduce((size, extent) => size * extent, 1) ?? 0;
    const weights = count("weight");
    const gains = count("gamma");
    const { channels, strideSamples, sequence } = shapes.get(name) as TensorShape;
    return {
      name,
      weights,
      gains,
      parameters: weights + gains + count("beta") + count("bias"),
      macsPerRow: macsPerRow(node, weights, channels, sequence?.rows ?? 0),
      rowsPerSample: sequence ? sequence.rows / sequence.hopSamples : 1 / strideSamples,
    };
  });
}

/**
 * Counts the multiply-accumulates of one output row. Every weight meets one input; a row of attention meets each row of
 * its sequence twice, as key and as value.
 */
function macsPerRow(node: GraphNode, weights: number, channels: number, sequenceRows: number): number {
  return node.op === "attention" ? 2 * sequenceRows * channels : weights;
}

export function parameterCount(graph: Graph): number {
  return nodeCosts(graph).reduce((sum, cost) => sum + cost.parameters, 0);
}

/** Counts the multiply-accumulates of `samples` samples of a running stream, without the start-up. */
export function macsPer(graph: Graph, samples: number): number {
  return nodeCosts(graph).reduce((sum, cost) => sum + cost.macsPerRow * samples * cost.rowsPerSample, 0);
}

/** Counts the multiply-accumulates of a record that is one sequence of `samples` samples, padding included. */
export function cropMacs(graph: Graph, samples: number): number {
  const rows = cropRows(graph, samples);
  const shapes = tensorShapes(graph);
  const weights = new Map(nodeCosts(graph).map((cost) => [cost.name, cost.weights] as const));
  return graph.nodes.reduce((sum, node) => {
    const made = rows.get(node.name) as number;
    const { channels } = shapes.get(node.name) as TensorShape;
    return sum + made * macsPerRow(node, weights.get(node.name) as number, channels, made);
  }, 0);
}
