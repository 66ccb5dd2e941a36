import { MODEL_SAMPLE_RATE_HZ } from "../../assembly/shared/limits.ts";
import type { Conv1dNode, Graph, GraphNode } from "../graph/graph.ts";
import { INPUT } from "../graph/graph.ts";

export const REFERENCE_NAME = "R-1M";
/** Samples of the window that every whole-window row decides on: 10.24 s. */
export const WINDOW_SAMPLES = 5120;
/** Columns of the last stream tensor in a window, and in the 0.8 s hop of the per-beat rows. */
export const WINDOW_COLUMNS = 320;
export const BEAT_HOP_COLUMNS = 25;
export const BEAT_HOP_SAMPLES = 400;

/** Channels of the stages, of two residual blocks each; all stages but the first halve the rate. */
const R_1M_CHANNELS = [32, 64, 128, 128];
const BLOCKS_PER_STAGE = 2;
const STEM_KERNEL = 15;
const BLOCK_KERNEL = 7;
const CLASSES = ["SR", "AFIB", "GSVT", "SB"];

/**
 * Builds R-1M, the network that all rows are compared on: a ResNet1D of 1,018,564 parameters and 619,889,152
 * multiply-accumulates a window, symmetric padding, batch norm folded. It is no family of ours: it relates the engine
 * to its peers.
 * @param hopColumns columns from one decision to the next; each decision averages the last 320
 */
export function referenceNetwork(hopColumns: number): Graph {
  return stagedNetwork(REFERENCE_NAME, R_1M_CHANNELS, hopColumns);
}

/** Builds a network like R-1M with these channels in its stages. */
export function stagedNetwork(name: string, stageChannels: readonly number[], hopColumns: number): Graph {
  let [channels] = stageChannels;
  const nodes: GraphNode[] = [conv("stem", INPUT, channels, STEM_KERNEL, 2, "relu")];
  for (const [stage, outChannels] of stageChannels.entries()) {
    const stride = stage === 0 ? 1 : 2;
    for (let block = 0; block < BLOCKS_PER_STAGE; block++) {
      const input = nodes[nodes.length - 1].name;
      nodes.push(...residual(`s${stage + 1}b${block + 1}`, input, channels, outChannels, block === 0 ? stride : 1));
      channels = outChannels;
    }
  }
  const last = nodes[nodes.length - 1].name;
  nodes.push(
    { op: "averagePool", name: "pool", input: last, window: WINDOW_COLUMNS, hop: hopColumns, warmup: hopColumns },
    { op: "dense", name: "logits", input: "pool", outFeatures: CLASSES.length, columns: 1, dropout: 0 },
  );
  return { name, classes: CLASSES, sampleRateHz: MODEL_SAMPLE_RATE_HZ, windowSamples: null, nodes };
}

function residual(name: string, input: string, inChannels: number, channels: number, stride: number): GraphNode[] {
  const first = conv(`${name}.conv1`, input, channels, BLOCK_KERNEL, stride, "relu");
  const second = conv(`${name}.conv2`, first.name, channels, BLOCK_KERNEL, 1, "none");
  const identity = stride === 1 && inChannels === channels;
  const shortcut = identity ? [] : [conv(`${name}.shortcut`, input, channels, 1, stride, "none")];
  return [
    first,
    second,
    ...shortcut,
    {
      op: "add",
      name: `${name}.add`,
      inputs: [second.name, identity ? input : `${name}.shortcut`],
      activation: "relu",
    },
  ];
}

function conv(
  name: string,
  input: string,
  outChannels: number,
  kernel: number,
  stride: number,
  activation: "relu" | "none",
): Conv1dNode {
  const pad = (kernel - 1) / 2;
  return {
    op: "conv1d",
    name,
    input,
    outChannels,
    kernel,
    stride,
    dilation: 1,
    padLeft: pad,
    padRight: pad,
    bias: true,
    batchNorm: false,
    activation,
  };
}
