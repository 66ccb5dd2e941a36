import type fc from "fast-check";
import { SeededRandom } from "../../tools/data/random.ts";
import { pack } from "../../tools/export/pack.ts";
import {
  largestWeight,
  type QuantizedNetwork,
  type QuantizedWeights,
  type WeightGrid,
} from "../../tools/export/quantized-network.ts";
import { type Conv1dNode, type DenseNode, type Graph, type GraphNode, INPUT } from "../../tools/graph/graph.ts";
import { INPUT_MILLIVOLTS_PER_COUNT } from "../../tools/graph/model.ts";
import { lastStreamNode, outputRows, tensorShapes } from "../../tools/graph/shapes.ts";
import { type ConvSpec, type NetworkSpec, networkSpecs, type PaddingSpec, type StageSpec } from "./network-spec.ts";

/** Specs that give a network: a window too short to leave a column gives none. */
export const randomNetworks: fc.Arbitrary<NetworkSpec> = networkSpecs.filter((spec) =>
  graphOf(spec).nodes.every((node) => node.op !== "dense" || node.columns > 0),
);

const GOLDEN_SAMPLES = 200;

/** The packed bytes of a spec's network; its golden CRCs and its RAM budget are not filled in. */
export function packSpec(spec: NetworkSpec): Uint8Array {
  const graph = graphOf(spec);
  const tickSamples = graph.windowSamples === null ? spec.tickColumns * pooledStride(graph) : undefined;
  const random = new SeededRandom(spec.seed);
  const goldenInput = Int16Array.from({ length: graph.windowSamples ?? GOLDEN_SAMPLES }, () =>
    Math.round(3000 * random.normal()),
  );
  return pack(quantizedNetwork(graph, spec.seed), { tickSamples, goldenInput });
}

function pooledStride(graph: Graph): number {
  return tensorShapes(graph).get(lastStreamNode(graph))?.strideSamples ?? 1;
}

export function graphOf(spec: NetworkSpec): Graph {
  const nodes: GraphNode[] = [];
  let input = INPUT;
  let channels = 1;
  for (const stage of spec.stages) {
    const name = `n${nodes.length}`;
    nodes.push(...stageNodes(stage, name, input, channels));
    const last = nodes[nodes.length - 1];
    input = last.name;
    channels = stage.kind === "maxPool" ? channels : stage.conv.channels;
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
    sampleRateHz: 500,
    windowSamples: head.kind === "window" ? head.strides * strideSamples : null,
    nodes,
  };
}

/** Columns that a window leaves of the last tensor. */
function windowColumns(nodes: readonly GraphNode[], windowSamples: number): number {
  const rows = new Map([[INPUT, windowSamples]]);
  for (const node of nodes) {
    const inputs = node.op === "add" ? node.inputs : [node.input];
    rows.set(node.name, outputRows(node, Math.min(...inputs.map((name) => rows.get(name) as number))));
  }
  return rows.get(nodes[nodes.length - 1].name) as number;
}

function stageNodes(stage: StageSpec, name: string, input: string, channels: number): GraphNode[] {
  if (stage.kind === "maxPool") return [{ op: "maxPool", name, input, kernel: stage.kernel, stride: stage.stride }];
  if (stage.kind === "conv") return [convNode(name, input, stage.conv)];
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

function convNode(name: string, input: string, spec: ConvSpec): Conv1dNode {
  const { channels: outChannels, kernel, stride, dilation, relu } = spec;
  return {
    op: "conv1d",
    name,
    input,
    outChannels,
    kernel,
    stride,
    dilation,
    bias: true,
    batchNorm: false,
    activation: relu ? "relu" : "none",
    ...paddingOf(spec.padding, (kernel - 1) * dilation, stride),
  };
}

function paddingOf(padding: PaddingSpec, reach: number, stride: number): { padLeft: number; padRight: number } {
  switch (padding.kind) {
    case "causal":
      return { padLeft: Math.max(0, reach - (stride - 1)), padRight: 0 };
    case "symmetric":
      return { padLeft: reach >> 1, padRight: reach - (reach >> 1) };
    case "any":
      return { padLeft: (reach * padding.leftEighths) >> 3, padRight: (reach * padding.rightEighths) >> 3 };
  }
}

/** Random weights, biases and scales that keep the activations spread over their range, saturation included. */
export function quantizedNetwork(graph: Graph, seed: number): QuantizedNetwork {
  const random = new SeededRandom(seed);
  const shapes = tensorShapes(graph);
  const scales = new Map([[INPUT, INPUT_MILLIVOLTS_PER_COUNT]]);
  const weights = new Map<string, QuantizedWeights>();
  for (const node of graph.nodes) {
    switch (node.op) {
      case "conv1d":
      case "dense": {
        const inScale = scales.get(node.input) as number;
        const typical = node.input === INPUT || isInputPool(graph, node.input) ? 3000 : 50;
        const fanIn = (node.op === "conv1d" ? node.kernel : node.columns) * (shapes.get(node.input)?.channels ?? 0);
        const isLogits = node === graph.nodes[graph.nodes.length - 1];
        const { layer, outScale } = randomWeights(node, fanIn, inScale * typical, isLogits, random);
        weights.set(node.name, layer);
        scales.set(node.name, outScale);
        break;
      }
      case "add": {
        const [a, b] = node.inputs.map((name) => scales.get(name) as number);
        scales.set(node.name, Math.max(a, b) * 4 ** (random.next() - 0.5));
        break;
      }
      case "maxPool":
        scales.set(node.name, scales.get(node.input) as number);
        break;
      case "averagePool":
        scales.set(node.name, (scales.get(node.input) as number) * 4 ** (random.next() - 0.7));
        break;
    }
  }
  return { graph, weights, scales };
}

function isInputPool(graph: Graph, name: string): boolean {
  return graph.nodes.some((node) => node.name === name && node.op === "maxPool" && node.input === INPUT);
}

const WIDTHS: readonly (readonly [WeightGrid, number])[] = [
  ...[2, 3, 4, 5, 6, 7, 8].map((bits) => ["midTread", bits] as const),
  ...[1, 2, 3].map((bits) => ["midRise", bits] as const),
  ["ternary", 2],
];

/** @param inMagnitude typical real magnitude of an input */
function randomWeights(
  node: Conv1dNode | DenseNode,
  fanIn: number,
  inMagnitude: number,
  isLogits: boolean,
  random: SeededRandom,
): { layer: QuantizedWeights; outScale: number } {
  const outChannels = node.op === "conv1d" ? node.outChannels : node.outFeatures;
  const [grid, bits] = WIDTHS[random.integer(WIDTHS.length)];
  const largest = largestWeight(grid, bits);
  const step = grid === "midRise" ? 2 : 1;
  const levels = (2 * largest) / step + 1;
  const extreme = random.next() < 0.2;
  const values = Int8Array.from({ length: outChannels * fanIn }, () =>
    extreme ? (random.next() < 0.5 ? largest : -largest) : random.integer(levels) * step - largest,
  );
  // Logits are counts of 2^-8: their scale is fixed, so the weight scale carries the spread.
  const spread = inMagnitude * Math.sqrt(fanIn) * largest;
  const weightScale = isLogits ? (4 * 4 ** random.next()) / spread : 1;
  const outScale = isLogits ? 1 / 256 : (spread / 40) * 4 ** (random.next() - 0.5);
  const scale = Float64Array.from({ length: outChannels }, () => weightScale * (0.3 + 0.7 * random.next()));
  const biasRange = isLogits ? 4 : 60 * outScale;
  const bias = Float64Array.from({ length: outChannels }, () => (2 * random.next() - 1) * biasRange);
  return { layer: { grid, bits, values, scale, bias }, outScale };
}
