/**
 * A network as plain data: the trainer builds tfjs layers from it, the quantizer walks it, the exporter packs it.
 * Tensors are channels-last, [rows][channels]; a node reads the tensors of the nodes that it names, "input" is the
 * record.
 */
export interface Graph {
  readonly name: string;
  readonly classes: readonly string[];
  readonly sampleRateHz: number;
  /** Conditioned samples of one window (`vec(H_K)` heads), or null: the network streams over the whole record. */
  readonly windowSamples: number | null;
  /** The nodes in topological order. The last gives one row of logits for each decision. */
  readonly nodes: readonly GraphNode[];
}

/** The activations; gelu is the exact one, x/2 (1 + erf(x / sqrt 2)). */
export type Activation = "none" | "relu" | "gelu";

/** The function that a node applies to its sum. */
interface Activated {
  readonly activation: Activation;
  /**
   * Largest magnitude of an output, in float as in integers. Training under this bound leaves int8 nothing to cut off
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

/** A convolution in which each output channel sums over all input channels, or over those of its group. */
export interface Conv1dNode extends Convolution {
  readonly op: "conv1d";
  readonly outChannels: number;
  /** The number of groups of consecutive channels, in and out alike; 1 where it is left out. */
  readonly groups?: number;
}

/**
 * A convolution of each channel by a kernel of its own; the channels stay as many. Its input must be int8 (`lower`).
 */
export interface DepthwiseConv1dNode extends Convolution {
  readonly op: "depthwiseConv1d";
}

export type ConvNode = Conv1dNode | DepthwiseConv1dNode;

/**
 * A norm of each channel over all rows of its sequence, then gain and offset (Wu and He 2018, one group per channel).
 * It may stand only after a window node, since a stream has no such rows.
 */
export interface GroupNormNode {
  readonly op: "groupNorm";
  readonly name: string;
  readonly input: string;
  readonly activation: Activation;
}

/** A norm of each row over its channels, then gain and offset (Ba et al. 2016). */
export interface LayerNormNode {
  readonly op: "layerNorm";
  readonly name: string;
  readonly input: string;
}

export type NormNode = GroupNormNode | LayerNormNode;

/**
 * Attention, softmax(q k^T / sqrt(channels / heads)) v, over the rows of one sequence; each head has its own
 * consecutive channels (Vaswani et al. 2017). Queries, keys and values come from conv1d nodes with kernel 1, and
 * another such node mixes the heads' values.
 */
export interface AttentionNode {
  readonly op: "attention";
  readonly name: string;
  readonly inputs: readonly [query: string, key: string, value: string];
  readonly heads: number;
}

/**
 * A node that cuts a stream into sequences, one for each decision: the rows that AveragePoolNode averages. Nodes after
 * it run on each sequence by itself, as on a record, and in a stream they keep its rows. In a one-window network it
 * takes all rows. In training a whole crop is one sequence.
 */
export interface WindowNode {
  readonly op: "window";
  readonly name: string;
  readonly input: string;
  readonly window: number;
  readonly hop: number;
  readonly warmup: number;
}

/** Element-wise sum of two tensors with equal channels and equal rate. */
export interface AddNode extends Activated {
  readonly op: "add";
  readonly name: string;
  readonly inputs: readonly [string, string];
}

/** A pool whose column j is the maximum of rows j*stride .. j*stride + kernel - 1. */
export interface MaxPoolNode {
  readonly op: "maxPool";
  readonly name: string;
  readonly input: string;
  readonly kernel: number;
  readonly stride: number;
}

/**
 * A pool whose decision i averages the last `window` columns before column `warmup + i * hop`, or all of them if they
 * are fewer. In training a whole crop is one decision.
 */
export interface AveragePoolNode {
  readonly op: "averagePool";
  readonly name: string;
  readonly input: string;
  readonly window: number;
  readonly hop: number;
  readonly warmup: number;
}

/**
 * A layer that makes a decision's logits from `columns` consecutive rows, flattened row by row (1 after an average
 * pool).
 */
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

export type GraphNode = WeightedNode | NormNode | AttentionNode | WindowNode | AddNode | MaxPoolNode | AveragePoolNode;

export const INPUT = "input";

/** Names the tensors that a node reads, in order. */
export function inputsOf(node: GraphNode): readonly string[] {
  return node.op === "add" || node.op === "attention" ? node.inputs : [node.input];
}

export function isConv(node: GraphNode): node is ConvNode {
  return node.op === "conv1d" || node.op === "depthwiseConv1d";
}

export function isNorm(node: GraphNode): node is NormNode {
  return node.op === "groupNorm" || node.op === "layerNorm";
}

export function isWeighted(node: GraphNode): node is WeightedNode {
  return isConv(node) || node.op === "dense";
}

/** Returns the least and the largest output of a node: relu cuts below zero, clip on both sides, both after gelu. */
export function outputBounds({ activation, clip = Number.POSITIVE_INFINITY }: Activated): [number, number] {
  return [activation === "relu" ? 0 : -clip, clip];
}

/** Finds the node of that name. Throws RangeError where there is none. */
export function nodeNamed(graph: Graph, name: string): GraphNode {
  const node = graph.nodes.find((candidate) => candidate.name === name);
  if (!node) throw new RangeError(`graph ${graph.name} has no node named ${name}`);
  return node;
}
