import { type Graph, INPUT, inputsOf } from "../../graph/graph.ts";
import { tensorShapes } from "../../graph/shapes.ts";
import type { TensorShape } from "../../graph/tensor-shape.ts";

/** Tensors that lose the same channels, by the names of the nodes that make them, in the graph's order. */
export interface ChannelSet {
  readonly nodes: readonly string[];
  readonly channels: number;
}

/** Ops whose output has the channels of their inputs. */
const TYING: ReadonlySet<string> = new Set([
  "add",
  "depthwiseConv1d",
  "maxPool",
  "averagePool",
  "window",
  "groupNorm",
  "layerNorm",
]);

/**
 * Finds the sets of channels that can leave a graph. A residual sum ties its inputs and its output together; so does a depthwise conv,
 * pool or norm with its one input. The channels of the record and of the logits stay, and so do those that a layer norm averages, that
 * heads divide and that groups separate.
 */
export function channelSets(graph: Graph): readonly ChannelSet[] {
  const parents = new Map<string, string>();
  const rootOf = (name: string): string => {
    const parent = parents.get(name) ?? name;
    return parent === name ? name : rootOf(parent);
  };
  const fixed = new Set([INPUT, graph.nodes[graph.nodes.length - 1].name]);
  for (const node of graph.nodes) {
    if (TYING.has(node.op)) for (const input of inputsOf(node)) parents.set(rootOf(input), rootOf(node.name));
    const isGrouped = node.op === "conv1d" && (node.groups ?? 1) > 1;
    if (node.op === "layerNorm" || node.op === "attention" || isGrouped) {
      for (const name of [node.name, ...inputsOf(node)]) fixed.add(name);
    }
  }
  const fixedRoots = new Set([...fixed].map(rootOf));
  const shapes = tensorShapes(graph);
  const sets = new Map<string, string[]>();
  for (const { name } of graph.nodes) {
    const root = rootOf(name);
    if (!fixedRoots.has(root)) sets.set(root, [...(sets.get(root) ?? []), name]);
  }
  return [...sets.values()].map((nodes) => ({ nodes, channels: (shapes.get(nodes[0]) as TensorShape).channels }));
}
