import { SeededRandom } from "../data/random.ts";
import { largestWeight, type QuantizedNetwork, type QuantizedWeights, type WeightGrid } from "../export/quantized-network.ts";
import { type Graph, INPUT } from "../graph/graph.ts";
import { tensorShapes, type TensorShape } from "../graph/shapes.ts";
import { activationScales } from "../quantize/calibrate.ts";
import { forward, type NodeWeights } from "../quantize/float-forward.ts";
import type { Width } from "../quantize/width.ts";

/** Standard deviation of a layer's biases, in units of its (unit variance) output. */
const BIAS_SPREAD = 0.1;

/**
 * Seeded random integers of one width in every layer, scaled to keep the variance (He et al. 2015), and activation scales
 * from a float run over `samples`, so that activations spread over 0..127 instead of saturating. Every network of the
 * bench, peers' included, is made from these integers.
 */
export function randomNetwork(graph: Graph, width: Width, seed: number, samples: Int16Array): QuantizedNetwork {
  const random = new SeededRandom(seed);
  const shapes = tensorShapes(graph);
  const weights = new Map<string, QuantizedWeights>();
  for (const node of graph.nodes) {
    if (node.op !== "conv1d" && node.op !== "dense") continue;
    const inChannels = (shapes.get(node.input) as TensorShape).channels;
    const [fanIn, outChannels] =
      node.op === "conv1d"
        ? [node.kernel * inChannels, node.outChannels]
        : [node.columns * inChannels, node.outFeatures];
    const gain = node.op === "dense" ? LOGIT_GAIN : node.input === INPUT ? INPUT_GAIN : Math.SQRT2;
    weights.set(node.name, randomWeights(fanIn, outChannels, width, gain, random));
  }
  const tensors = forward(graph, realWeights(weights), samples);
  const rows = new Map([...tensors].map(([name, tensor]) => [name, [tensor]] as const));
  return { graph, weights, scales: activationScales(graph, rows, { kind: "max" }) };
}

/** The input is in millivolts, with an RMS of about a quarter. */
const INPUT_GAIN = 4;
/** Logits of several units, so that their step of 1/256 is fine. */
const LOGIT_GAIN = 4;

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
  const scale = Float64Array.from(
    { length: outChannels },
    () => ((0.75 + 0.5 * random.next()) * gain) / (deviation * Math.sqrt(fanIn)),
  );
  const bias = Float64Array.from({ length: outChannels }, () => BIAS_SPREAD * random.normal());
  return { grid, bits, values, scale, bias };
}

function gridOf(width: Width): { grid: WeightGrid; bits: number } {
  if (width === "ternary") return { grid: "ternary", bits: 2 };
  return { grid: width === 1 ? "midRise" : "midTread", bits: width };
}

/** The same weights as real numbers, integer * scale: what the float peers run. */
export function realWeights(weights: QuantizedNetwork["weights"]): ReadonlyMap<string, NodeWeights> {
  return new Map(
    [...weights].map(([name, { values, scale, bias }]) => {
      const fanIn = values.length / scale.length;
      const real = Float32Array.from(values, (value, index) => value * scale[Math.floor(index / fanIn)]);
      return [name, { values: real, affine: { gain: new Float64Array(scale.length).fill(1), offset: bias } }] as const;
    }),
  );
}
