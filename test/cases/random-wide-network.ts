import type { NormConstants, QuantizedNetwork, QuantizedWeights } from "../../tools/export/quantized-network.ts";
import { elementType, largestOutput } from "../../tools/export/tensors/element-type.ts";
import { tensorIndex } from "../../tools/export/tensors/tensor-index.ts";
import { type Graph, type GraphNode, INPUT, type NormNode, type WeightedNode } from "../../tools/graph/graph.ts";
import { INPUT_MILLIVOLTS_PER_COUNT } from "../../tools/graph/model.ts";
import { tensorShapes } from "../../tools/graph/shapes.ts";
import { weightShapes } from "../../tools/graph/weight-shapes.ts";
import { SeededRandom } from "../../tools/random/random.ts";
import { randomValues } from "./random-values.ts";

/** A typical value, as a share of the largest that its type holds. */
const TYPICAL = 0.3;
/** The magnitude of a typical sample of the record. */
const TYPICAL_SAMPLE = 3000;
const LARGEST_PRE_ACTIVATION = 32767;

/**
 * Draws weights, constants and scales of a network with sequences. Typical values are a third of their range, give or
 * take half of it. As real numbers they are a few where gelu or a softmax follows, and of all sizes where a norm does.
 */
export function wideNetwork(graph: Graph, seed: number): QuantizedNetwork {
  const maker = new WideNetworkMaker(graph, seed);
  for (const node of graph.nodes) {
    switch (node.op) {
      case "conv1d":
      case "depthwiseConv1d":
      case "dense":
        maker.weighted(node);
        break;
      case "layerNorm":
      case "groupNorm":
        maker.norm(node);
        break;
      case "add":
        maker.spread(node.name, Math.max(...node.inputs.map((name) => maker.typicalOf(name))));
        break;
      case "averagePool":
        maker.spread(node.name, 0.6 * maker.typicalOf(node.input));
        break;
      case "maxPool":
      case "window":
        maker.copy(node.name, node.input);
        break;
      case "attention":
        maker.copy(node.name, node.inputs[2]);
        break;
    }
  }
  return maker.network;
}

class WideNetworkMaker {
  private readonly weights = new Map<string, QuantizedWeights>();
  private readonly norms = new Map<string, NormConstants>();
  private readonly scales = new Map<string, number>();
  private readonly preScales = new Map<string, number>();
  /** Typical magnitude of a tensor's values, as real numbers. */
  private readonly typical = new Map([[INPUT, TYPICAL_SAMPLE * INPUT_MILLIVOLTS_PER_COUNT]]);
  private readonly random: SeededRandom;
  private readonly shapes: ReadonlyMap<string, readonly number[]>;

  constructor(
    private readonly graph: Graph,
    seed: number,
  ) {
    this.random = new SeededRandom(seed);
    this.shapes = weightShapes(graph);
  }

  get network(): QuantizedNetwork {
    const { graph, weights, scales, norms, preScales } = this;
    return { graph, weights, scales, norms, preScales };
  }

  typicalOf(name: string): number {
    return this.typical.get(name) as number;
  }

  copy(name: string, from: string): void {
    this.typical.set(name, this.typicalOf(from));
    const scale = this.scales.get(from);
    if (scale !== undefined) this.scales.set(name, scale);
  }

  /** Sets a tensor's scale for values of a typical magnitude. */
  spread(name: string, typical: number): void {
    this.typical.set(name, typical);
    this.scales.set(
      name,
      this.scaleFor(typical, largestOutput(elementType(this.graph, tensorIndex(this.graph, name)))),
    );
  }

  weighted(node: WeightedNode): void {
    const { random } = this;
    const values = randomValues(this.shapes.get(`${node.name}.weight`) as readonly number[], random);
    const { grid, bits, outChannels, gain } = values;
    const typical = this.typicalSum(node);
    const step = (3 * typical) / (this.typicalOf(node.input) * gain);
    const scale = Float64Array.from({ length: outChannels }, () => step * (0.3 + 0.7 * random.next()));
    const bias = Float64Array.from({ length: outChannels }, () => 2 * (2 * random.next() - 1) * typical);
    this.weights.set(node.name, { grid, bits, integers: values.values, scale, bias });
    this.activated(node, typical);
  }

  norm(node: NormNode): void {
    const { random } = this;
    const channels = tensorShapes(this.graph).get(node.name)?.channels ?? 0;
    const gain = isGelu(node) ? 2 : 10 ** (2 * random.next() - 1);
    const gamma = Float64Array.from({ length: channels }, () => gain * randomGain(random));
    const beta = Float64Array.from({ length: channels }, () => gain * (2 * random.next() - 1));
    this.norms.set(node.name, { gamma, beta });
    this.activated(node, gain);
  }

  private activated(node: GraphNode, typical: number): void {
    if (isGelu(node)) this.preScales.set(node.name, this.scaleFor(typical, LARGEST_PRE_ACTIVATION));
    this.spread(node.name, typical);
  }

  /** Returns the magnitude that a layer's sums should typically have, as a real number. */
  private typicalSum(node: WeightedNode): number {
    const { nodes } = this.graph;
    if (node === nodes.at(-1)) return 4 * 4 ** this.random.next();
    const isScored = nodes.some((other) => other.op === "attention" && other.inputs.slice(0, 2).includes(node.name));
    if (isScored || isGelu(node)) return 4 ** this.random.next();
    return 10 ** (-3 * this.random.next());
  }

  private scaleFor(typical: number, largest: number): number {
    return (typical / (TYPICAL * largest)) * 4 ** (this.random.next() - 0.5);
  }
}

function isGelu(node: GraphNode): boolean {
  return "activation" in node && node.activation === "gelu";
}

/** Draws a gain of either sign, and 0 in one channel of twenty. */
function randomGain(random: SeededRandom): number {
  if (random.next() < 0.05) return 0;
  return (0.3 + 1.4 * random.next()) * (random.next() < 0.5 ? -1 : 1);
}
