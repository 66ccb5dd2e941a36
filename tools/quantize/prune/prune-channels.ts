import { type Graph, type GraphNode, inputsOf, isWeighted } from "../../graph/graph.ts";
import type { FloatModel, Tensor } from "../../graph/model.ts";
import { weightShapes } from "../../graph/weight-shapes.ts";

/** Channels that a node's tensor keeps, ascending, by the node's name; a node without an entry keeps all. */
export type KeptChannels = ReadonlyMap<string, readonly number[]>;

/**
 * Removes the channels that are not kept from the nodes that make them and from the weights that read them. Nodes of a channel set
 * must keep the same channels.
 */
export function pruneChannels({ graph, weights, facts }: FloatModel, kept: KeptChannels): FloatModel {
  const nodes = graph.nodes.map((node) => withChannels(node, kept.get(node.name)));
  const pruned: Graph = { ...graph, nodes };
  const nodeOf = new Map(graph.nodes.map((node) => [node.name, node]));
  const tensors = new Map<string, Tensor>();
  for (const key of weightShapes(graph).keys()) {
    const [name, part] = splitKey(key);
    const node = nodeOf.get(name) as GraphNode;
    const tensor = keepLast(weights.get(key) as Tensor, kept.get(name));
    tensors.set(key, part === "weight" ? keepInputs(node, tensor, kept.get(inputsOf(node)[0])) : tensor);
  }
  return { graph: pruned, weights: tensors, facts };
}

function withChannels(node: GraphNode, channels: readonly number[] | undefined): GraphNode {
  if (channels === undefined) return node;
  if (node.op === "conv1d") return { ...node, outChannels: channels.length };
  return node.op === "dense" ? { ...node, outFeatures: channels.length } : node;
}

function splitKey(key: string): [name: string, part: string] {
  const dot = key.lastIndexOf(".");
  return [key.slice(0, dot), key.slice(dot + 1)];
}

/** Keeps some output channels, which are the last axis of every tensor. */
function keepLast(tensor: Tensor, channels: readonly number[] | undefined): Tensor {
  return channels === undefined ? tensor : keep(tensor, tensor.shape.length - 1, channels);
}

/** Keeps some input channels. A depthwise conv's weights have no input axis; a dense layer has one for all its columns. */
function keepInputs(node: GraphNode, tensor: Tensor, channels: readonly number[] | undefined): Tensor {
  if (channels === undefined || !isWeighted(node) || node.op === "depthwiseConv1d") return tensor;
  if (node.op === "conv1d") return keep(tensor, 1, channels);
  const [inputs, outputs] = tensor.shape;
  const { columns } = node;
  const { shape, data } = keep({ shape: [columns, inputs / columns, outputs], data: tensor.data }, 1, channels);
  return { shape: [columns * shape[1], outputs], data };
}

/** Keeps some indices of one axis. */
function keep({ shape, data }: Tensor, axis: number, indices: readonly number[]): Tensor {
  const inner = shape.slice(axis + 1).reduce((size, extent) => size * extent, 1);
  const outer = shape.slice(0, axis).reduce((size, extent) => size * extent, 1);
  const kept = new Float32Array(outer * indices.length * inner);
  for (let block = 0, to = 0; block < outer; block++) {
    for (const index of indices) {
      const from = (block * shape[axis] + index) * inner;
      kept.set(data.subarray(from, from + inner), to);
      to += inner;
    }
  }
  return { shape: shape.map((extent, at) => (at === axis ? indices.length : extent)), data: kept };
}
