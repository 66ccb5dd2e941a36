import { type Graph, type GraphNode, inputsOf } from "./graph.ts";
import { type TensorShape, tensorShapes } from "./shapes.ts";

export interface NodeCost {
  readonly name: string;
  /** Trainable parameters, batch-norm gain and offset included. */
  readonly parameters: number;
  /** Parameters of the weight tensor alone: what LAQ quantizes. */
  readonly weights: number;
  /** Multiply-accumulates for one output row. */
  readonly macsPerRow: number;
  /** Input samples to an output row. */
  readonly strideSamples: number;
}

/** Parameter and MAC counts, node by node. */
export function nodeCosts(graph: Graph): readonly NodeCost[] {
  const shapes = tensorShapes(graph);
  return graph.nodes.map((node) => {
    const inChannels = (shapes.get(inputsOf(node)[0]) as TensorShape).channels;
    const weights = weightCount(node, inChannels);
    return {
      name: node.name,
      weights,
      parameters: weights + extraParameters(node),
      macsPerRow: weights,
      strideSamples: (shapes.get(node.name) as TensorShape).strideSamples,
    };
  });
}

function weightCount(node: GraphNode, inChannels: number): number {
  if (node.op === "conv1d") return node.kernel * inChannels * node.outChannels;
  if (node.op === "dense") return node.columns * inChannels * node.outFeatures;
  return 0;
}

function extraParameters(node: GraphNode): number {
  if (node.op === "conv1d") return (node.bias ? node.outChannels : 0) + (node.batchNorm ? 2 * node.outChannels : 0);
  return node.op === "dense" ? node.outFeatures : 0;
}

export function parameterCount(graph: Graph): number {
  return nodeCosts(graph).reduce((sum, cost) => sum + cost.parameters, 0);
}

/** Multiply-accumulates that a stretch of signal costs, start-up aside. */
export function macsPer(graph: Graph, samples: number): number {
  return nodeCosts(graph).reduce((sum, cost) => sum + (cost.macsPerRow * samples) / cost.strideSamples, 0);
}
