import type fc from "fast-check";
import { type PackOptions, pack } from "../../tools/export/pack.ts";
import type { QuantizedNetwork, QuantizedWeights } from "../../tools/export/quantized-network.ts";
import { isWide } from "../../tools/export/tensors/element-type.ts";
import { type Graph, INPUT } from "../../tools/graph/graph.ts";
import { INPUT_MILLIVOLTS_PER_COUNT } from "../../tools/graph/model.ts";
import { lastStreamNode, tensorShapes } from "../../tools/graph/shapes.ts";
import { weightShapes } from "../../tools/graph/weight-shapes.ts";
import { SeededRandom } from "../../tools/random/random.ts";
import { affordable } from "./affordable.ts";
import { type NetworkSpec, networkSpecs } from "./network-spec.ts";
import { randomValues } from "./random-values.ts";
import { wideNetwork } from "./random-wide-network.ts";
import { graphOf } from "./spec-graph.ts";

/** Specs that make a network; those whose window is too short for a column are left out. */
export const randomNetworks: fc.Arbitrary<NetworkSpec> = networkSpecs
  .map(affordable)
  .filter((spec) => graphOf(spec).nodes.every((node) => node.op !== "dense" || node.columns > 0));

const GOLDEN_SAMPLES = 200;

/**
 * Packs a spec's network; its golden CRCs and its RAM budget are not filled in.
 * @param wideRows no narrow requantisation rows; else layers of both forms may stand side by side
 */
export function packSpec(spec: NetworkSpec, wideRows = spec.seed % 4 === 0): Uint8Array {
  const { network, options } = packable(spec);
  return pack(network, { ...options, wideRows });
}

/** A network with all that packing needs. */
export interface Packable {
  readonly network: QuantizedNetwork;
  readonly options: Omit<PackOptions, "measured">;
}

export function packable(spec: NetworkSpec): Packable {
  const graph = graphOf(spec);
  const tickSamples = graph.windowSamples === null ? spec.tickColumns * pooledStride(graph) : undefined;
  const random = new SeededRandom(spec.seed);
  const goldenInput = Int8Array.from({ length: graph.windowSamples ?? GOLDEN_SAMPLES }, () =>
    Math.max(-128, Math.min(127, Math.round(80 * random.normal()))),
  );
  return { network: quantizedNetwork(graph, spec.seed), options: { tickSamples, goldenInput } };
}

function pooledStride(graph: Graph): number {
  return tensorShapes(graph).get(lastStreamNode(graph))?.strideSamples ?? 1;
}

/** Draws weights, biases and scales that spread the activations over their range, saturation included. */
export function quantizedNetwork(graph: Graph, seed: number): QuantizedNetwork {
  return isWide(graph) ? wideNetwork(graph, seed) : int8Network(graph, seed);
}

function int8Network(graph: Graph, seed: number): QuantizedNetwork {
  const random = new SeededRandom(seed);
  const shapes = weightShapes(graph);
  const scales = new Map([[INPUT, INPUT_MILLIVOLTS_PER_COUNT]]);
  const weights = new Map<string, QuantizedWeights>();
  for (const node of graph.nodes) {
    switch (node.op) {
      case "conv1d":
      case "depthwiseConv1d":
      case "dense": {
        const inScale = scales.get(node.input) as number;
        const typical = node.input === INPUT || isInputPool(graph, node.input) ? 3000 : 50;
        const shape = shapes.get(`${node.name}.weight`) as readonly number[];
        const isLogits = node === graph.nodes[graph.nodes.length - 1];
        const { layer, outScale } = randomWeights(shape, inScale * typical, isLogits, random);
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

/**
 * Draws a layer's weights.
 * @param shape shape of the float weights, the output channels last
 * @param inMagnitude typical real magnitude of an input
 */
function randomWeights(
  shape: readonly number[],
  inMagnitude: number,
  isLogits: boolean,
  random: SeededRandom,
): { layer: QuantizedWeights; outScale: number } {
  const { grid, bits, values, outChannels, gain } = randomValues(shape, random);
  // Logits are counts of 2^-8: their scale is fixed, so the weight scale carries the spread.
  const spread = inMagnitude * gain;
  const weightScale = isLogits ? (4 * 4 ** random.next()) / spread : 1;
  const outScale = isLogits ? 1 / 256 : (spread / 40) * 4 ** (random.next() - 0.5);
  const scale = Float64Array.from({ length: outChannels }, () => weightScale * (0.3 + 0.7 * random.next()));
  const biasRange = isLogits ? 4 : 60 * outScale;
  const bias = Float64Array.from({ length: outChannels }, () => (2 * random.next() - 1) * biasRange);
  return { layer: { grid, bits, integers: values, scale, bias }, outScale };
}
