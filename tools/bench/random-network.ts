import { TYPE_INT16 } from "../../assembly/shared/ops.ts";
import {
  largestWeight,
  type NormConstants,
  type QuantizedNetwork,
  type QuantizedWeights,
  type WeightGrid,
} from "../export/quantized-network.ts";
import { elementType, largestOutput } from "../export/tensors/element-type.ts";
import { tensorIndex } from "../export/tensors/tensor-index.ts";
import { type Conv1dNode, type DenseNode, type Graph, INPUT, isNorm, nodeNamed } from "../graph/graph.ts";
import { tensorShapes } from "../graph/shapes.ts";
import type { TensorShape } from "../graph/tensor-shape.ts";
import { activationScales } from "../quantize/calibrate.ts";
import type { Width } from "../quantize/width.ts";
import { SeededRandom } from "../random/random.ts";
import { floatRun } from "./float-run.ts";

/** Standard deviation of the biases; a layer's outputs are of the order of 1. */
const BIAS_SPREAD = 0.1;
/** Gain of the first layer: the input is in millivolts, with an RMS of about a quarter. */
const INPUT_GAIN = 4;
/**
 * Gain after relu, which halves the power that the next layer reads (He et al. 2015), and after gelu, which nearly
 * does.
 */
const ACTIVATED_GAIN = Math.SQRT2;
/** Gain of the head: after eight residual sums logits then reach 10 to 20, far from the 128 of their int16. */
const LOGIT_GAIN = 0.5;
/** Least range of a gelu's input, which is otherwise its largest output: below -5 gelu is 0. */
const LEAST_GELU_RANGE = 5;

/**
 * Draws seeded integers of one width for every layer, scaled to keep the variance. Activation scales come from a float
 * run over `samples`, so that activations spread over their codes instead of saturating.
 */
export function randomNetwork(graph: Graph, width: Width, seed: number, samples: Int16Array): QuantizedNetwork {
  const random = new SeededRandom(seed);
  const shapes = tensorShapes(graph);
  const weights = new Map<string, QuantizedWeights>();
  const norms = new Map<string, NormConstants>();
  for (const node of graph.nodes) {
    const { channels } = shapes.get(node.name) as TensorShape;
    if (isNorm(node)) norms.set(node.name, randomNorm(channels, random));
    if (node.op !== "conv1d" && node.op !== "dense") continue;
    const inChannels = (shapes.get(node.input) as TensorShape).channels;
    weights.set(node.name, randomWeights(node, inChannels, channels, width, gainOf(graph, node), random));
  }
  return { graph, weights, norms, ...scalesOf(graph, floatRun({ graph, weights, norms }, samples)) };
}

function scalesOf(graph: Graph, tensors: ReturnType<typeof floatRun>) {
  const rows = new Map([...tensors].map(([name, tensor]) => [name, [tensor]] as const));
  const scales = activationScales(graph, rows, { kind: "max" });
  const preScales = new Map<string, number>();
  for (const [name, scale] of scales) {
    const largest = scale * largestOutput(elementType(graph, tensorIndex(graph, name)));
    preScales.set(name, Math.max(LEAST_GELU_RANGE, largest) / largestOutput(TYPE_INT16));
  }
  return { scales, preScales };
}

function randomNorm(channels: number, random: SeededRandom): NormConstants {
  return {
    gamma: Float64Array.from({ length: channels }, () => 0.75 + 0.5 * random.next()),
    beta: Float64Array.from({ length: channels }, () => BIAS_SPREAD * random.normal()),
  };
}

function randomWeights(
  node: Conv1dNode | DenseNode,
  inChannels: number,
  outChannels: number,
  width: Width,
  gain: number,
  random: SeededRandom,
): QuantizedWeights {
  const { grid, bits } = gridOf(width);
  const largest = largestWeight(grid, bits);
  const step = grid === "midRise" ? 2 : 1;
  const levels = (2 * largest) / step + 1;
  const rowsRead = node.op === "conv1d" ? node.kernel / (node.groups ?? 1) : node.columns;
  const fanIn = rowsRead * inChannels;
  const integers = Int8Array.from({ length: outChannels * fanIn }, () => random.integer(levels) * step - largest);
  const deviation = step * Math.sqrt((levels * levels - 1) / 12);
  const typical = gain / (deviation * Math.sqrt(fanIn));
  const scale = Float64Array.from({ length: outChannels }, () => (0.75 + 0.5 * random.next()) * typical);
  const hasBias = node.op === "dense" || node.bias;
  const bias = Float64Array.from({ length: outChannels }, () => (hasBias ? BIAS_SPREAD * random.normal() : 0));
  return { grid, bits, integers, scale, bias };
}

/** Returns the gain of random weights that keeps the variance from layer to layer. */
function gainOf(graph: Graph, node: Conv1dNode | DenseNode): number {
  if (node.op === "dense") return LOGIT_GAIN;
  if (node.input === INPUT) return INPUT_GAIN;
  const input = nodeNamed(graph, node.input);
  return "activation" in input && input.activation !== "none" ? ACTIVATED_GAIN : 1;
}

function gridOf(width: Width): { grid: WeightGrid; bits: number } {
  if (width === "ternary") return { grid: "ternary", bits: 2 };
  return { grid: width === 1 ? "midRise" : "midTread", bits: width };
}
