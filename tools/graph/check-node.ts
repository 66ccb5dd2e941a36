import { type Graph, type GraphNode, inputsOf, type WindowNode } from "./graph.ts";
import { outputRows } from "./output-rows.ts";
import { isBehindWindow, windowIndex } from "./sequences.ts";
import type { TensorShape } from "./tensor-shape.ts";

/** Throws RangeError where a node cannot take the tensors that it names. */
export function checkNode(graph: Graph, node: GraphNode, inputs: readonly TensorShape[]): void {
  const problem =
    (isBehindWindow(graph, node) ? sequenceProblem(graph, node, inputs) : streamProblem(node)) ??
    problemOf(node, inputs);
  if (problem) throw new RangeError(`graph ${graph.name}, node ${node.name}: ${problem}`);
}

function problemOf(node: GraphNode, inputs: readonly TensorShape[]): string | null {
  const [{ channels, sequence }] = inputs;
  switch (node.op) {
    case "conv1d": {
      const { groups = 1, outChannels } = node;
      if (channels % groups === 0 && outChannels % groups === 0) return null;
      return `${groups} groups do not divide ${channels} channels and ${outChannels}`;
    }
    case "add":
      return unequal(inputs, "adds", "to");
    case "attention":
      if (channels % node.heads !== 0) return `${node.heads} heads do not divide ${channels} channels`;
      return unequal(inputs, "compares", "with");
    case "window":
      // The window of a one-window network makes its only sequence.
      return sequence === null || isWhole(node, sequence.rows) ? null : `cuts a window that has ${sequence.rows} rows`;
    default:
      return null;
  }
}

/** Names the problem of an op that only sequences can have. */
function streamProblem({ op }: GraphNode): string | null {
  if (op === "attention") return "attends to a stream, expected a window node before it";
  return op === "groupNorm" ? "takes moments over a stream, expected a window node before it" : null;
}

/**
 * Names the problem of a node that a sequence cannot have. Sequences of a stream keep their rows, so that all
 * decisions, short ones at its start too, are alike.
 */
function sequenceProblem(graph: Graph, node: GraphNode, inputs: readonly TensorShape[]): string | null {
  const readsStream = inputsOf(node).some(
    (name) => graph.nodes.findIndex((other) => other.name === name) < windowIndex(graph),
  );
  if (readsStream) return "reads the stream behind a window node, where only its sequences may be read";
  const rows = Math.min(...inputs.map(({ sequence }) => sequence?.rows ?? 0));
  switch (node.op) {
    case "window":
      return "cuts what a window node has cut";
    case "averagePool":
      return isWhole(node, rows) ? null : `averages ${node.window} rows of a sequence of ${rows}, expected all at once`;
    case "conv1d":
    case "depthwiseConv1d":
    case "maxPool": {
      const made = outputRows(node, rows);
      if (made < 1) return `makes no row of a sequence of ${rows}`;
      const keepsRows = graph.windowSamples !== null || (node.stride === 1 && made === rows);
      return keepsRows ? null : `makes ${made} rows of a sequence of ${rows}, expected as many in a stream`;
    }
    default:
      return null;
  }
}

function isWhole({ window, hop, warmup }: Pick<WindowNode, "window" | "hop" | "warmup">, rows: number): boolean {
  return window === rows && hop === rows && warmup === rows;
}

/** Returns the problem of inputs whose channels or rates differ; null where all are equal. */
function unequal(inputs: readonly TensorShape[], verb: string, preposition: string): string | null {
  const [first] = inputs;
  const other = inputs.find((input) => sizeOf(input) !== sizeOf(first));
  return other ? `${verb} ${sizeOf(first)} ${preposition} ${sizeOf(other).replace(" channels", "")}` : null;
}

function sizeOf({ channels, strideSamples }: TensorShape): string {
  return `${channels} channels every ${strideSamples} samples`;
}
