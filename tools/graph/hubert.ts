import { type Activation, type Conv1dNode, type Graph, type GraphNode, INPUT } from "./graph.ts";
import { INPUT_SAMPLE_RATE_HZ } from "./model.ts";

export interface HubertOptions {
  readonly name: string;
  readonly classes: readonly string[];
  /** The channels of every conv of the stem. */
  readonly convChannels: number;
  /** Channels of a token. */
  readonly width: number;
  readonly blocks: number;
  readonly heads: number;
  /** Channels inside a block's feed-forward pair. */
  readonly hidden: number;
  /** Tokens that the positional conv spans. */
  readonly positionKernel: number;
  /**
   * The decision's sequence: the only window, over which the first conv is normalised, or a stream's, by batch norm.
   */
  readonly sequence:
    | { readonly kind: "oneWindow"; readonly samples: number }
    | { readonly kind: "stream"; readonly hop: number; readonly warmup: number };
}

/** The stem of the published 100 Hz networks: a token every 64 samples, of 82. */
const STEM = [
  { kernel: 10, stride: 4 },
  { kernel: 3, stride: 2 },
  { kernel: 3, stride: 2 },
  { kernel: 2, stride: 2 },
  { kernel: 2, stride: 2 },
] as const;
/** Tokens of 10.24 s at 500 Hz. */
const TOKENS = 79;
const POSITION_GROUPS = 16;
const DROPOUT = 0.1;

/**
 * Builds HuBERT-ECG (Coppola et al. 2024) after HuBERT (Hsu et al. 2021). Five convs without padding or bias make
 * tokens, which a layer norm and a linear layer project. A grouped conv over the tokens, added to them, gives their
 * positions. Post-norm transformer blocks compute x = LN(x + attention(x)), then x = LN(x + feed-forward(x)). The mean
 * over the tokens decides. All activations are gelu.
 */
export function hubert(options: HubertOptions): Graph {
  const { name, classes, width, sequence } = options;
  const windowSamples = sequence.kind === "oneWindow" ? sequence.samples : null;
  const sequenceRows = windowSamples === null ? TOKENS : rowsBehind(STEM.length, windowSamples);
  const nodes: GraphNode[] = [...stem(options.convChannels, windowSamples)];
  const features = nodes[nodes.length - 1].name;
  nodes.push(
    { op: "layerNorm", name: "project.norm", input: features },
    linear("project", "project.norm", width, "none"),
  );
  let tokens = "project";
  if (sequence.kind === "stream") {
    const { hop, warmup } = sequence;
    nodes.push({ op: "window", name: "window", input: tokens, window: TOKENS, hop, warmup });
    tokens = "window";
  }
  nodes.push(...position(tokens, width, options.positionKernel));
  for (let index = 1; index <= options.blocks; index++) {
    nodes.push(...block(`block${index}`, nodes[nodes.length - 1].name, options));
  }
  const input = nodes[nodes.length - 1].name;
  nodes.push(
    { op: "averagePool", name: "pool", input, ...wholeSequence(sequenceRows) },
    { op: "dense", name: "head", input: "pool", outFeatures: classes.length, columns: 1, dropout: DROPOUT },
  );
  return { name, classes, sampleRateHz: INPUT_SAMPLE_RATE_HZ, windowSamples, nodes };
}

/**
 * Builds the convs of the stem. The first is normalised over the window, which is cut after it; in a stream by batch
 * norm.
 */
function stem(channels: number, windowSamples: number | null): readonly GraphNode[] {
  const nodes: GraphNode[] = [];
  STEM.forEach(({ kernel, stride }, index) => {
    const isFirst = index === 0;
    nodes.push({
      ...linear(
        `conv${index}`,
        nodes.at(-1)?.name ?? INPUT,
        channels,
        isFirst && windowSamples !== null ? "none" : "gelu",
      ),
      kernel,
      stride,
      bias: false,
      batchNorm: isFirst && windowSamples === null,
    });
    if (isFirst && windowSamples !== null) {
      nodes.push(
        { op: "window", name: "conv0.window", input: "conv0", ...wholeSequence(rowsBehind(1, windowSamples)) },
        { op: "groupNorm", name: "conv0.norm", input: "conv0.window", activation: "gelu" },
      );
    }
  });
  return nodes;
}

/** Rows that so many convs of the stem make of a window. */
function rowsBehind(convs: number, windowSamples: number): number {
  return STEM.slice(0, convs).reduce(
    (rows, { kernel, stride }) => Math.floor((rows - kernel) / stride) + 1,
    windowSamples,
  );
}

/** Returns the options of one decision over all `rows` rows. */
function wholeSequence(rows: number) {
  return { window: rows, hop: rows, warmup: rows };
}

/** Makes a linear layer, which is a conv with kernel 1. */
function linear(name: string, input: string, outChannels: number, activation: Activation): Conv1dNode {
  const window = { kernel: 1, stride: 1, dilation: 1, padLeft: 0, padRight: 0 };
  return { op: "conv1d", name, input, outChannels, ...window, bias: true, batchNorm: false, activation };
}

/**
 * Builds the positional conv as published: padded by half its kernel on both sides. An even kernel then makes one row
 * too many, and the last is dropped.
 */
function position(input: string, width: number, kernel: number): readonly GraphNode[] {
  const padding = { padLeft: kernel >> 1, padRight: (kernel - 1) >> 1 };
  return [
    { ...linear("position", input, width, "gelu"), kernel, ...padding, groups: POSITION_GROUPS },
    { op: "add", name: "position.add", inputs: [input, "position"], activation: "none" },
    { op: "layerNorm", name: "position.norm", input: "position.add" },
  ];
}

function block(name: string, input: string, { width, heads, hidden }: HubertOptions): readonly GraphNode[] {
  const part = (suffix: string) => `${name}.${suffix}`;
  const projections = [part("query"), part("key"), part("value")] as const;
  return [
    ...projections.map((projection) => linear(projection, input, width, "none")),
    { op: "attention", name: part("attention"), inputs: projections, heads },
    linear(part("out"), part("attention"), width, "none"),
    { op: "add", name: part("attention.add"), inputs: [input, part("out")], activation: "none" },
    { op: "layerNorm", name: part("attention.norm"), input: part("attention.add") },
    linear(part("up"), part("attention.norm"), hidden, "gelu"),
    linear(part("down"), part("up"), width, "none"),
    { op: "add", name: part("add"), inputs: [part("attention.norm"), part("down")], activation: "none" },
    { op: "layerNorm", name: part("norm"), input: part("add") },
  ];
}

/** Builds the published SMALL for one lead: 30.2 M parameters, 3.1 GMAC in 10.24 s. It needs a host's memory. */
export function hubertSmall(classes: readonly string[]): Graph {
  return hubert({
    ...{ name: "hubert-small", classes, convChannels: 512, width: 512, blocks: 8, heads: 8, hidden: 2048 },
    positionKernel: 128,
    sequence: { kind: "oneWindow", samples: 5120 },
  });
}

/** The decisions of the streaming networks: one every 512 ms over 10.24 s, from 2 s on. */
const EDGE = { kind: "stream", hop: 4, warmup: 16 } as const;

/** Builds the tiny network: 1.03 M weights, 131 MMAC for one window. */
export function hubertTiny(classes: readonly string[]): Graph {
  return hubert({
    ...{ name: "hubert-tiny", classes, convChannels: 128, width: 128, blocks: 4, heads: 4, hidden: 512 },
    positionKernel: 64,
    sequence: EDGE,
  });
}

/** Builds the micro network: 0.45 M weights, 64 MMAC for one window. */
export function hubertMicro(classes: readonly string[]): Graph {
  return hubert({
    ...{ name: "hubert-micro", classes, convChannels: 96, width: 96, blocks: 3, heads: 3, hidden: 384 },
    positionKernel: 32,
    sequence: EDGE,
  });
}

/** Builds the nano network: 0.15 M weights, 25 MMAC for one window. */
export function hubertNano(classes: readonly string[]): Graph {
  return hubert({
    ...{ name: "hubert-nano", classes, convChannels: 64, width: 64, blocks: 2, heads: 2, hidden: 256 },
    positionKernel: 32,
    sequence: EDGE,
  });
}
