import type { Graph, GraphNode } from "./graph.ts";
import type { TensorShape } from "./shapes.ts";

/** Throws RangeError where a node cannot take the tensors that it names. */
export function checkNode(graph: Graph, node: GraphNode, inputs: readonly TensorShape[]): void {
  const problem = problemOf(graph, node, inputs);
  if (problem) throw new RangeError(`graph ${graph.name}, node ${node.name}: ${problem}`);
}

function problemOf(graph: Graph, node: GraphNode, inputs: readonly TensorShape[]): string | null {
  const [{ channels, sequence }] = inputs;
  if (isBehindWindow(graph, node) && inputs.some((input) => input.sequence === null)) {
    return "reads the stream behind a window node, where only its sequences may be read";
  }
  switch (node.op) {
    case "conv1d": {
      const { groups = 1, outChannels } = node;
      if (channels % groups === 0 && outChannels % groups === 0) return null;
      return `${groups} groups do not divide ${channels} channels and ${outChannels}`;
    }
    case "add":
      return unequal(inputs, "adds", "to");
    case "attention":
      if (sequence === null) return "attends to a stream, expected a window node before it";
      if (channels % node.heads !== 0) return `${node.heads} heads do not divide ${channels} channels`;
      return unequal(inputs, "compares", "with");
    case "groupNorm":
      return graph.windowSamples === null ? "a stream has no window to take its moments over" : null;
    case "window":
      if (graph.windowSamples !== null) return "the network has one window already";
      return sequence === null ? null : "cuts what a window node has cut";
    case "averagePool": {
      const isWhole = sequence === null || sequence.rows === node.window || graph.windowSamples !== null;
      return isWhole ? null : `averages ${node.window} rows of a sequence of ${sequence.rows}, expected all`;
    }
    default:
      return null;
  }
}

function isBehindWindow({ nodes }: Graph, node: GraphNode): boolean {
  const at = nodes.findIndex(({ op }) => op === "window");
  return at >= 0 && nodes.indexOf(node) > at;
}

/** Every input beside the first must have its channels and its rate. */
function unequal(inputs: readonly TensorShape[], verb: string, preposition: string): string | null {
  const [first] = inputs;
  const other = inputs.find((input) => sizeOf(input) !== sizeOf(first));
  return other ? `${verb} ${sizeOf(first)} ${preposition} ${sizeOf(other).replace(" channels", "")}` : null;
}

function sizeOf({ channels, strideSamples }: TensorShape): string {
  return `${channels} channels every ${strideSamples} samples`;
}
