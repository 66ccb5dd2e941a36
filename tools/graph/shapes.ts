import { type Graph, type GraphNode, INPUT, inputsOf } from "./graph.ts";

/** What a node's tensor looks like beside the input. */
export interface TensorShape {
  readonly channels: number;
  /** Input samples to a row. */
  readonly strideSamples: number;
  /** Input samples that row 0 depends on, as an interval: first (<= 0, virtual) and last. */
  readonly firstSample: number;
  readonly lastSample: number;
}

/** The shape of every tensor, "input" included. Throws RangeError on a graph that does not fit together. */
export function tensorShapes(graph: Graph): ReadonlyMap<string, TensorShape> {
  const shapes = new Map<string, TensorShape>([
    [INPUT, { channels: 1, strideSamples: 1, firstSample: 0, lastSample: 0 }],
  ]);
  for (const node of graph.nodes) {
    if (shapes.has(node.name)) throw new RangeError(`graph ${graph.name}: two nodes are named ${node.name}`);
    const inputs = inputsOf(node).map((name) => {
      const shape = shapes.get(name);
      if (!shape) throw new RangeError(`graph ${graph.name}, node ${node.name}: no earlier node is named ${name}`);
      return shape;
    });
    shapes.set(node.name, shapeOf(graph, node, inputs));
  }
  return shapes;
}

function shapeOf(graph: Graph, node: GraphNode, inputs: readonly TensorShape[]): TensorShape {
  const [a, b] = inputs;
  switch (node.op) {
    case "conv1d":
      return windowOf(a, node.outChannels, (node.kernel - 1) * node.dilation + 1, node.stride, node.padLeft);
    case "depthwiseConv1d":
      return windowOf(a, a.channels, (node.kernel - 1) * node.dilation + 1, node.stride, node.padLeft);
    case "maxPool":
      return windowOf(a, a.channels, node.kernel, node.stride, 0);
    case "averagePool":
      return windowOf(a, a.channels, node.window, node.hop, node.window - node.warmup);
    case "dense":
      return windowOf(a, node.outFeatures, node.columns, node.columns, 0);
    case "add":
      if (a.channels !== b.channels || a.strideSamples !== b.strideSamples) {
        throw new RangeError(
          `graph ${graph.name}, node ${node.name}: adds ${a.channels} channels every ${a.strideSamples} samples ` +
            `to ${b.channels} every ${b.strideSamples}`,
        );
      }
      return {
        channels: a.channels,
        strideSamples: a.strideSamples,
        firstSample: Math.min(a.firstSample, b.firstSample),
        lastSample: Math.max(a.lastSample, b.lastSample),
      };
  }
}

function windowOf(input: TensorShape, channels: number, span: number, stride: number, padLeft: number): TensorShape {
  return {
    channels,
    strideSamples: input.strideSamples * stride,
    firstSample: input.firstSample - padLeft * input.strideSamples,
    lastSample: input.lastSample + (span - 1 - padLeft) * input.strideSamples,
  };
}

/** The node whose rows a decision pools or flattens: the input of the average pool, else of the first dense layer. */
export function lastStreamNode(graph: Graph): string {
  const head = graph.nodes.find((node) => node.op === "averagePool" || node.op === "dense");
  if (!head) throw new RangeError(`graph ${graph.name} has no head: an averagePool or a dense node`);
  return inputsOf(head)[0];
}

/** Input samples that one column of the last stream tensor sees. */
export function receptiveFieldSamples(graph: Graph): number {
  const shape = tensorShapes(graph).get(lastStreamNode(graph)) as TensorShape;
  return shape.lastSample - shape.firstSample + 1;
}

/** Samples after its own hop that a column waits for: 0 for a causal network. */
export function lookAheadSamples(graph: Graph): number {
  const shape = tensorShapes(graph).get(lastStreamNode(graph)) as TensorShape;
  return Math.max(0, shape.lastSample - (shape.strideSamples - 1));
}

/** Rows that a node makes from `rows` rows of its input over a whole record. */
export function outputRows(node: GraphNode, rows: number): number {
  switch (node.op) {
    case "conv1d":
    case "depthwiseConv1d": {
      const span = (node.kernel - 1) * node.dilation + 1;
      return Math.max(0, Math.floor((rows + node.padLeft + node.padRight - span) / node.stride) + 1);
    }
    case "maxPool":
      return Math.max(0, Math.floor((rows - node.kernel) / node.stride) + 1);
    case "add":
      return rows;
    case "averagePool":
      // A record that ends before the warm-up still gives one decision over what there is.
      return rows === 0 ? 0 : Math.max(1, Math.floor((rows - node.warmup) / node.hop) + 1);
    case "dense":
      return Math.floor(rows / node.columns);
  }
}
