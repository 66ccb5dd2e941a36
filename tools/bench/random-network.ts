import { SeededRandom } from "../data/random.ts";
import {
  largestWeight,
  type QuantizedNetwork,
  type QuantizedWeights,
  type WeightGrid,
} from "../export/quantized-network.ts";
import { type Graph, INPUT } from "../graph/graph.ts";
import { type TensorShape, tensorShapes } from "../graph/shapes.ts";
import { activationScales } from "../quantize/calibrate.ts";
import type { Width } from "../quantize/width.ts";
import { floatRun } from "./float-run.ts";

/** Standard deviation of the biases; a layer's outputs are of the order of 1. */
const BIAS_SPREAD = 0.1;
/** The input is in millivolts, with an RMS of about a quarter. */
const INPUT_GAIN = 4;
/** Variance of a relu layer's input is halved (He et al. 2015). */
const HIDDEN_GAIN = Math.SQRT2;
/** Eight residual sums grow the variance; logits then come out at 10 to 20, far from the 128 of their int16. */
const LOGIT_GAIN = 0.5;

/**
 * Seeded random integers of one width in every layer, scaled to keep the variance, and activation scales from a float run
 * over `samples`, so that activations spread over 0..127 instead of saturating.
 */
export function randomNetwork(graph: Graph, width: Width, seed: number, samples: Int16Array): QuantizedNetwork {
  const random = new SeededRandom(seed);
  const shapes = tensorShapes(graph);
  const weights = new Map<string, QuantizedWeights>();
  for (const node of graph.nodes) {
    if (node.op !== "conv1d" && node.op !== "dense") continue;
    const inChannels = (shapes.get(node.input) as TensorShape).channels;
    const [rowsRead, outChannels] =
      node.op === "conv1d" ? [node.kernel, node.outChannels] : [node.columns, node.outFeatures];
    const gain = node.op === "dense" ? LOGIT_GAIN : node.input === INPUT ? INPUT_GAIN : HIDDEN_GAIN;
    weights.set(node.name, randomWeights(rowsRead * inChannels, outChannels, width, gain, random));
  }
  const tensors = floatRun(graph, weights, samples);
  const rows = new Map([...tensors].map(([name, tensor]) => [name, [tensor]] as const));
  return { graph, weights, scales: activationScales(graph, rows, { kind: "max" }) };
}

function randomWeights(
  fanIn: number,
  outChannels: number,
  width: Width,
  gain: number,
  random: SeededRandom,
): QuantizedWeights {
  const { grid, bits } = gridOf(width);
  const largest = largestWeight(grid, bits);
  const step = grid === "midRise" ? 2 : 1;
  const levels = (2 * largest) / step + 1;
  const values = Int8Array.from({ length: outChannels * fanIn }, () => random.integer(levels) * step - largest);
  const deviation = step * Math.sqrt((levels * levels - 1) / 12);
  const typical = gain / (deviation * Math.sqrt(fanIn));
  const scale = Float64Array.from({ length: outChannels }, () => (0.75 + 0.5 * random.next()) * typical);
  const bias = Float64Array.from({ length: outChannels }, () => BIAS_SPREAD * random.normal());
  return { grid, bits, values, scale, bias };
}

function gridOf(width: Width): { grid: WeightGrid; bits: number } {
  if (width === "ternary") return { grid: "ternary", bits: 2 };
  return { grid: width === 1 ? "midRise" : "midTread", bits: width };
}
