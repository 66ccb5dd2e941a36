import { type Activation, type Graph, type GraphNode, INPUT } from "./graph.ts";
import { INPUT_SAMPLE_RATE_HZ } from "./model.ts";
import { causalPadding, symmetricPadding } from "./padding.ts";
import { SHIPPED_CLIP } from "./shipped-clip.ts";

export interface ResNet1dBlock {
  readonly channels: number;
  readonly stride: number;
  /** Dilation of the block's second conv. */
  readonly dilation: number;
}

export interface ResNet1dOptions {
  readonly name: string;
  readonly classes: readonly string[];
  readonly stem: {
    readonly channels: number;
    readonly kernel: number;
    readonly stride: number;
    readonly maxPool: number;
  };
  readonly kernel: number;
  readonly blocks: readonly ResNet1dBlock[];
  readonly padding: "causal" | "symmetric";
  readonly head:
    | { readonly kind: "average"; readonly window: number; readonly hop: number; readonly warmup: number }
    | { readonly kind: "flatten"; readonly windowSamples: number };
  readonly dropout: number;
  /** Largest magnitude of every output but the head's; no bound by default. */
  readonly clip?: number;
}

/**
 * Builds ResNet1D after the paper's eq. 1: H_0 = BN(conv X); Z = relu BN conv H; Z' = relu BN conv Z; H' = Z' + S(H).
 * Both convs are activated before the sum, and the sum is not. S is the identity, or a 1x1 conv with batch norm where
 * the shape changes. No conv has a bias, since batch norm follows.
 */
export function resnet1d(options: ResNet1dOptions): Graph {
  const nodes: GraphNode[] = [];
  const bound = options.clip === undefined ? {} : { clip: options.clip };
  const conv = (
    name: string,
    input: string,
    outChannels: number,
    kernel: number,
    stride: number,
    dilation: number,
    activation: Activation,
  ): string => {
    nodes.push({
      op: "conv1d",
      name,
      input,
      outChannels,
      kernel,
      stride,
      dilation,
      activation,
      ...bound,
      bias: false,
      batchNorm: true,
      ...(options.padding === "causal" ? causalPadding : symmetricPadding)({ kernel, stride, dilation }),
    });
    return name;
  };

  const { stem } = options;
  let strideSamples = stem.stride * stem.maxPool;
  let hidden = conv("stem", INPUT, stem.channels, stem.kernel, stem.stride, 1, "none");
  let channels = stem.channels;
  if (stem.maxPool > 1) {
    nodes.push({ op: "maxPool", name: "stem.pool", input: hidden, kernel: stem.maxPool, stride: stem.maxPool });
    hidden = "stem.pool";
  }
  options.blocks.forEach((block, index) => {
    const name = `block${index + 1}`;
    const first = conv(`${name}.conv1`, hidden, block.channels, options.kernel, block.stride, 1, "relu");
    const second = conv(`${name}.conv2`, first, block.channels, options.kernel, 1, block.dilation, "relu");
    const shortcut =
      block.stride === 1 && block.channels === channels
        ? hidden
        : conv(`${name}.shortcut`, hidden, block.channels, 1, block.stride, 1, "none");
    nodes.push({ op: "add", name: `${name}.add`, inputs: [second, shortcut], activation: "none", ...bound });
    hidden = `${name}.add`;
    channels = block.channels;
    strideSamples *= block.stride;
  });

  const { head, classes, name, dropout } = options;
  const dense = { op: "dense", name: "head", outFeatures: classes.length, dropout } as const;
  if (head.kind === "average") {
    const { window, hop, warmup } = head;
    nodes.push({ op: "averagePool", name: "pool", input: hidden, window, hop, warmup });
    nodes.push({ ...dense, input: "pool", columns: 1 });
  } else {
    nodes.push({ ...dense, input: hidden, columns: head.windowSamples / strideSamples });
  }
  return {
    name,
    classes,
    sampleRateHz: INPUT_SAMPLE_RATE_HZ,
    windowSamples: head.kind === "flatten" ? head.windowSamples : null,
    nodes,
  };
}

/**
 * Builds the paper's network as its figures fit it: 1.55 M parameters, window 5,120, flatten head (f = 0.087 %
 * unquantized).
 */
export function resnet1dPaper(classes: readonly string[]): Graph {
  return resnet1d({
    name: "resnet1d-paper",
    classes,
    kernel: 9,
    padding: "symmetric",
    dropout: 0.3,
    stem: { channels: 64, kernel: 15, stride: 2, maxPool: 2 },
    blocks: [
      { channels: 64, stride: 1, dilation: 1 },
      { channels: 128, stride: 2, dilation: 1 },
      { channels: 256, stride: 2, dilation: 1 },
    ],
    head: { kind: "flatten", windowSamples: 5120 },
  });
}

/**
 * Builds the wearable's network: causal, a column every 256 ms, receptive field 4.5 s, a decision every 512 ms over
 * 10.24 s.
 */
export function resnet1dEdge(classes: readonly string[]): Graph {
  return resnet1d({
    name: "resnet1d-edge",
    classes,
    kernel: 5,
    padding: "causal",
    dropout: 0.2,
    clip: SHIPPED_CLIP,
    stem: { channels: 16, kernel: 15, stride: 4, maxPool: 1 },
    blocks: [
      { channels: 16, stride: 2, dilation: 1 },
      { channels: 24, stride: 2, dilation: 1 },
      { channels: 32, stride: 2, dilation: 1 },
      { channels: 32, stride: 2, dilation: 2 },
      { channels: 40, stride: 2, dilation: 2 },
    ],
    head: { kind: "average", window: 40, hop: 2, warmup: 8 },
  });
}

/**
 * Builds a network of three times the edge's size and receptive field 7.6 s; its columns and decisions are the edge's.
 */
export function resnet1dPlus(classes: readonly string[]): Graph {
  return resnet1d({
    name: "resnet1d-plus",
    classes,
    kernel: 5,
    padding: "causal",
    dropout: 0.2,
    clip: SHIPPED_CLIP,
    stem: { channels: 32, kernel: 15, stride: 4, maxPool: 1 },
    blocks: [
      { channels: 32, stride: 2, dilation: 1 },
      { channels: 32, stride: 2, dilation: 1 },
      { channels: 40, stride: 2, dilation: 1 },
      { channels: 48, stride: 2, dilation: 2 },
      { channels: 56, stride: 2, dilation: 2 },
      { channels: 64, stride: 1, dilation: 2 },
    ],
    head: { kind: "average", window: 40, hop: 2, warmup: 8 },
  });
}
