import { MODEL_SAMPLE_RATE_HZ } from "../../assembly/shared/limits.ts";
import {
  type Conv1dNode,
  type DepthwiseConv1dNode,
  type Graph,
  type GraphNode,
  INPUT,
  inputsOf,
} from "../../tools/graph/graph.ts";
import { outputRows } from "../../tools/graph/output-rows.ts";
import type { ConvSpec, DepthwiseSpec, NetworkSpec, PaddingSpec, StageSpec } from "./network-spec.ts";

/** Builds the network that a spec describes. */
export function graphOf(spec: NetworkSpec): Graph {
  const nodes: GraphNode[] = [];
  let input = INPUT;
  let channels = 1;
  for (const stage of spec.stages) {
    const name = `n${nodes.length}`;
    nodes.push(...stageNodes(stage, name, input, channels));
    const last = nodes[nodes.length - 1];
    input = last.name;
    channels = channelsBehind(stage, channels);
  }
  const strideSamples = spec.stages.reduce(
    (product, stage) => product * (stage.kind === "maxPool" ? stage : stage.conv).stride,
    1,
  );
  const { head } = spec;
  let columns = 1;
  if (head.kind === "average") {
    nodes.push({ op: "averagePool", name: "pool", input, window: head.window, hop: head.hop, warmup: head.warmup });
    input = "pool";
  } else {
    columns = head.kind === "flatten" ? head.columns : windowColumns(nodes, head.strides * strideSamples);
  }
  if (spec.hidden > 0) {
    nodes.push({ op: "dense", name: "hidden", input, outFeatures: spec.hidden, columns, dropout: 0 });
    input = "hidden";
    columns = 1;
  }
  nodes.push({ op: "dense", name: "logits", input, outFeatures: spec.classes, columns, dropout: 0 });
  return {
    name: `random-${spec.seed}`,
    classes: Array.from({ length: spec.classes }, (_, index) => `class ${index}`),
    sampleRateHz: MODEL_SAMPLE_RATE_HZ,
    windowSamples: head.kind === "window" ? head.strides * strideSamples : null,
    nodes,
  };
}

/** Counts the columns of the last tensor that a window leaves. */
function windowColumns(nodes: readonly GraphNode[], windowSamples: number): number {
  const rows = new Map([[INPUT, windowSamples]]);
  for (const node of nodes) {
    rows.set(node.name, outputRows(node, Math.min(...inputsOf(node).map((name) => rows.get(name) as number))));
  }
  return rows.get(nodes[nodes.length - 1].name) as number;
}

function channelsBehind(stage: StageSpec, channels: number): number {
  if (stage.kind === "maxPool") return channels;
  return stage.kind === "depthwise" ? stage.pointwiseChannels || channels : stage.conv.channels;
}

function stageNodes(stage: StageSpec, name: string, input: string, channels: number): GraphNode[] {
  if (stage.kind === "maxPool") return [{ op: "maxPool", name, input, kernel: stage.kernel, stride: stage.stride }];
  if (stage.kind === "conv") return [convNode(name, input, stage.conv)];
  if (stage.kind === "depthwise") return depthwiseNodes(name, input, stage.conv, stage.pointwiseChannels);
  const { conv, secondKernel, relu } = stage;
  const first = convNode(`${name}.conv1`, input, conv);
  const second = convNode(`${name}.conv2`, first.name, { ...conv, kernel: secondKernel, stride: 1 });
  const identity = conv.stride === 1 && conv.channels === channels;
  const shortcut = convNode(`${name}.shortcut`, input, { ...conv, kernel: 1, dilation: 1 });
  return [
    first,
    second,
    ...(identity ? [] : [shortcut]),
    {
      op: "add",
      name: `${name}.add`,
      inputs: [second.name, identity ? input : shortcut.name],
      activation: relu ? "relu" : "none",
    },
  ];
}

function depthwiseNodes(name: string, input: string, spec: DepthwiseSpec, pointwiseChannels: number): GraphNode[] {
  const depthwise: DepthwiseConv1dNode = { op: "depthwiseConv1d", ...windowOf(`${name}.depthwise`, input, spec) };
  if (pointwiseChannels === 0) return [depthwise];
  const pointwise = { ...spec, channels: pointwiseChannels, kernel: 1, stride: 1, dilation: 1 };
  return [depthwise, convNode(`${name}.pointwise`, depthwise.name, pointwise)];
}

function convNode(name: string, input: string, spec: ConvSpec): Conv1dNode {
  return { op: "conv1d", ...windowOf(name, input, spec), outChannels: spec.channels };
}

function windowOf(name: string, input: string, spec: DepthwiseSpec): Omit<DepthwiseConv1dNode, "op"> {
  const { kernel, stride, dilation, relu } = spec;
  return {
    name,
    input,
    kernel,
    stride,
    dilation,
    bias: true,
    batchNorm: false,
    activation: relu ? "relu" : "none",
    ...paddingOf(spec.padding, (kernel - 1) * dilation, stride),
  };
}

export function paddingOf(padding: PaddingSpec, reach: number, stride: number): { padLeft: number; padRight: number } {
  switch (padding.kind) {
    case "causal":
      return { padLeft: Math.max(0, reach - (stride - 1)), padRight: 0 };
    case "symmetric":
      return { padLeft: reach >> 1, padRight: reach - (reach >> 1) };
    case "any":
      return { padLeft: (reach * padding.leftEighths) >> 3, padRight: (reach * padding.rightEighths) >> 3 };
  }
}
