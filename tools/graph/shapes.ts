import { checkNode } from "./check-node.ts";
import { type Graph, type GraphNode, INPUT, inputsOf } from "./graph.ts";
import { kernelSpan } from "./kernel-span.ts";
import { outputRows } from "./output-rows.ts";
import { headNode } from "./sequences.ts";
import type { TensorShape } from "./tensor-shape.ts";

/** Computes the shape of every tensor, "input" included. Throws RangeError on a graph that does not fit together. */
export function tensorShapes(graph: Graph): ReadonlyMap<string, TensorShape> {
  const { windowSamples } = graph;
  const window = windowSamples === null ? null : { rows: windowSamples, hopSamples: windowSamples };
  const shapes = new Map<string, TensorShape>([
    [INPUT, { channels: 1, strideSamples: 1, firstSample: 0, lastSample: 0, sequence: window }],
  ]);
  for (const node of graph.nodes) {
    if (shapes.has(node.name)) throw new RangeError(`graph ${graph.name}: two nodes are named ${node.name}`);
    const inputs = inputsOf(node).map((name) => {
      const shape = shapes.get(name);
      if (!shape) throw new RangeError(`graph ${graph.name}, node ${node.name}: no earlier node is named ${name}`);
      return shape;
    });
    checkNode(graph, node, inputs);
    const [{ sequence }] = inputs;
    const rows = sequence && outputRows(node, Math.min(...inputs.map((input) => input.sequence?.rows ?? 0)));
    shapes.set(node.name, { sequence: sequence && { ...sequence, rows: rows as number }, ...shapeOf(node, inputs) });
  }
  return shapes;
}

type StreamShape = Omit<TensorShape, "sequence">;

function shapeOf(node: GraphNode, inputs: readonly TensorShape[]): StreamShape | TensorShape {
  const [a] = inputs;
  switch (node.op) {
    case "conv1d":
      return windowOf(a, node.outChannels, kernelSpan(node), node.stride, node.padLeft);
    case "depthwiseConv1d":
      return windowOf(a, a.channels, kernelSpan(node), node.stride, node.padLeft);
    case "maxPool":
      return windowOf(a, a.channels, node.kernel, node.stride, 0);
    case "averagePool":
      if (a.sequence?.rows !== node.window)
        return windowOf(a, a.channels, node.window, node.hop, node.window - node.warmup);
      return { ...wholeSequence(a), strideSamples: a.sequence.hopSamples };
    case "dense":
      return windowOf(a, node.outFeatures, node.columns, node.columns, 0);
    case "groupNorm":
    case "attention":
      return wholeSequence(a);
    case "layerNorm":
      return withoutSequence(a);
    case "window":
      return { ...a, sequence: a.sequence ?? { rows: node.window, hopSamples: node.hop * a.strideSamples } };
    case "add":
      return {
        channels: a.channels,
        strideSamples: a.strideSamples,
        firstSample: Math.min(...inputs.map((input) => input.firstSample)),
        lastSample: Math.max(...inputs.map((input) => input.lastSample)),
      };
  }
}

function windowOf(input: TensorShape, channels: number, span: number, stride: number, padLeft: number): StreamShape {
  return {
    channels,
    strideSamples: input.strideSamples * stride,
    firstSample: input.firstSample - padLeft * input.strideSamples,
    lastSample: input.lastSample + (span - 1 - padLeft) * input.strideSamples,
  };
}

/** Returns the shape of a tensor each of whose rows sees all rows of its sequence. */
function wholeSequence(input: TensorShape): StreamShape {
  const rows = input.sequence?.rows ?? 1;
  return { ...withoutSequence(input), lastSample: input.lastSample + (rows - 1) * input.strideSamples };
}

function withoutSequence({ channels, strideSamples, firstSample, lastSample }: TensorShape): StreamShape {
  return { channels, strideSamples, firstSample, lastSample };
}

/** Names the tensor that the head reads: a decision takes its rows. */
export function lastStreamNode(graph: Graph): string {
  return inputsOf(headNode(graph))[0];
}

/** Counts the input samples that one column of the last stream tensor sees, at most a window. */
export function receptiveFieldSamples(graph: Graph): number {
  const shape = tensorShapes(graph).get(lastStreamNode(graph)) as TensorShape;
  return Math.min(graph.windowSamples ?? Number.POSITIVE_INFINITY, shape.lastSample - shape.firstSample + 1);
}

/** Counts the samples after its own hop that a column waits for; 0 for a causal network. */
export function lookAheadSamples(graph: Graph): number {
  const shape = tensorShapes(graph).get(lastStreamNode(graph)) as TensorShape;
  return Math.max(0, shape.lastSample - (shape.strideSamples - 1));
}
