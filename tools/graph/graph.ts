/**
 * A network as plain data: the trainer builds tfjs layers from it, the quantizer walks it, the exporter packs it.
 * Tensors are channels-last, [rows][channels]; a node reads the tensors of the nodes that it names, "input" is the record.
 */
export interface Graph {
  readonly name: string;
  readonly classes: readonly string[];
  readonly sampleRateHz: number;
  /** Conditioned samples of one window (`vec(H_K)` heads), or null: the network streams over the whole record. */
  readonly windowSamples: number | null;
  /** In topological order. The last node gives one row of logits a decision. */
  readonly nodes: readonly GraphNode[];
}

export type Activation = "none" | "relu";

/** What a conv or an add does to its sum. */
interface Activated {
  readonly activation: Activation;
  /**
   * Largest magnitude of an output, in float as in integers: a range that training knows leaves int8 nothing to cut off,
   * and fine steps. Without it an output has no bound.
   */
  readonly clip?: number;
}

/** Column j reads rows j*stride - padLeft + t*dilation, t in 0..kernel-1; rows outside the record are zero. */
interface Convolution extends Activated {
  readonly name: string;
  readonly input: string;
  readonly kernel: number;
  readonly stride: number;
  readonly dilation: number;
  readonly padLeft: number;
  readonly padRight: number;
  readonly bias: boolean;
  readonly batchNorm: boolean;
}

/** Every output channel sums over all channels of the input. */
export interface Conv1dNode extends Convolution {
  readonly op: "conv1d";
  readonly outChannels: number;
}

/** Each channel with a kernel of its own: as many channels come out as go in. Its input must be int8 (`lower`). */
export interface DepthwiseConv1dNode extends Convolution {
  readonly op: "depthwiseConv1d";
}

export type ConvNode = Conv1dNode | DepthwiseConv1dNode;

/** Element-wise sum of two tensors with equal channels and equal rate. */
export interface AddNode extends Activated {
  readonly op: "add";
  readonly name: string;
  readonly inputs: readonly [string, string];
}

/** Column j is the maximum of rows j*stride .. j*stride + kernel - 1. */
export interface MaxPoolNode {
  readonly op: "maxPool";
  readonly name: string;
  readonly input: string;
  readonly kernel: number;
  readonly stride: number;
}

/**
 * Decision i averages the last `window` columns before column `warmup + i * hop`, or all that there are if fewer.
 * In training a whole crop is one decision.
 */
export interface AveragePoolNode {
  readonly op: "averagePool";
  readonly name: string;
  readonly input: string;
  readonly window: number;
  readonly hop: number;
  readonly warmup: number;
}

/** A decision's logits from `columns` consecutive rows, flattened row by row (1 after an average pool). */
export interface DenseNode {
  readonly op: "dense";
  readonly name: string;
  readonly input: string;
  readonly outFeatures: number;
  readonly columns: number;
  /** Dropout rate on the input, in training only. */
  readonly dropout: number;
}

/** The nodes that have weights. */
export type WeightedNode = ConvNode | DenseNode;

export type GraphNode = WeightedNode | AddNode | MaxPoolNode | AveragePoolNode;

export const INPUT = "input";

/** The tensors that a node reads, in order. */
export function inputsOf(node: GraphNode): readonly string[] {
  return node.op === "add" ? node.inputs : [node.input];
}

export function isConv(node: GraphNode): node is ConvNode {
  return node.op === "conv1d" || node.op === "depthwiseConv1d";
}

export function isWeighted(node: GraphNode): node is WeightedNode {
  return isConv(node) || node.op === "dense";
}

/** Least and largest output of a conv or an add: relu cuts below zero, clip on both sides. */
export function outputBounds({ activation, clip = Number.POSITIVE_INFINITY }: ConvNode | AddNode): [number, number] {
  return [activation === "relu" ? 0 : -clip, clip];
}

/** The node of that name. Throws RangeError where there is none. */
export function nodeNamed(graph: Graph, name: string): GraphNode {
  const node = graph.nodes.find((candidate) => candidate.name === name);
  if (!node) throw new RangeError(`graph ${graph.name} has no node named ${name}`);
  return node;
}
