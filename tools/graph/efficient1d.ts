import { type Activation, type ConvNode, type Graph, type GraphNode, INPUT } from "./graph.ts";
import { INPUT_SAMPLE_RATE_HZ } from "./model.ts";
import { causalPadding } from "./padding.ts";
import { SHIPPED_CLIP } from "./shipped-clip.ts";

export interface Efficient1dBlock {
  readonly channels: number;
  readonly kernel: number;
  readonly stride: number;
  readonly dilation: number;
}

export interface Efficient1dOptions {
  readonly name: string;
  readonly classes: readonly string[];
  readonly stem: { readonly channels: number; readonly kernel: number; readonly stride: number };
  readonly blocks: readonly Efficient1dBlock[];
  readonly head: { readonly window: number; readonly hop: number; readonly warmup: number };
  readonly dropout: number;
  /** Largest magnitude of every output but the head's. */
  readonly clip: number;
}

/**
 * Builds a network of depthwise-separable convolutions (Howard et al. 2017): each channel is filtered by itself, then a
 * 1x1 conv mixes the channels. Both are causal and have batch norm, relu and no bias. A block that keeps the shape adds
 * its input.
 */
export function efficient1d({ name, classes, stem, blocks, head, dropout, clip }: Efficient1dOptions): Graph {
  const nodes: GraphNode[] = [
    { op: "conv1d", outChannels: stem.channels, ...convolution("stem", INPUT, clip, { ...stem, dilation: 1 }) },
  ];
  let hidden = "stem";
  let { channels } = stem;
  blocks.forEach((block, index) => {
    const part = (suffix: string) => `block${index + 1}.${suffix}`;
    const depthwise = convolution(part("depthwise"), hidden, clip, block);
    const pointwise = convolution(part("pointwise"), depthwise.name, clip, { kernel: 1, stride: 1, dilation: 1 });
    nodes.push({ op: "depthwiseConv1d", ...depthwise }, { op: "conv1d", outChannels: block.channels, ...pointwise });
    if (block.stride === 1 && block.channels === channels) {
      nodes.push({ op: "add", name: part("add"), inputs: [pointwise.name, hidden], activation: "none", clip });
    }
    hidden = nodes[nodes.length - 1].name;
    ({ channels } = block);
  });
  nodes.push(
    { op: "averagePool", name: "pool", input: hidden, ...head },
    { op: "dense", name: "head", input: "pool", outFeatures: classes.length, columns: 1, dropout },
  );
  return { name, classes, sampleRateHz: INPUT_SAMPLE_RATE_HZ, windowSamples: null, nodes };
}

function convolution(
  name: string,
  input: string,
  clip: number,
  window: Pick<ConvNode, "kernel" | "stride" | "dilation">,
) {
  const { kernel, stride, dilation } = window;
  const activation: Activation = "relu";
  const padding = causalPadding(window);
  return { name, input, kernel, stride, dilation, activation, clip, bias: false, batchNorm: true, ...padding };
}

/**
 * Builds the smallest network: 1.6 MMAC in 10.24 s. It is causal, makes a column every 256 ms, sees 6.8 s and decides
 * when resnet1d-edge does.
 */
export function efficient1dNano(classes: readonly string[]): Graph {
  const block = (channels: number, kernel: number, stride: number, dilation = 1) => ({
    channels,
    kernel,
    stride,
    dilation,
  });
  return efficient1d({
    name: "efficient1d-nano",
    classes,
    stem: { channels: 16, kernel: 15, stride: 8 },
    blocks: [
      block(16, 5, 2),
      block(24, 5, 1),
      block(32, 5, 2),
      block(32, 7, 1),
      block(48, 7, 2),
      block(48, 7, 1),
      block(64, 7, 2),
      block(64, 5, 1, 2),
      block(64, 5, 1, 2),
    ],
    head: { window: 40, hop: 2, warmup: 8 },
    dropout: 0.1,
    clip: SHIPPED_CLIP,
  });
}
