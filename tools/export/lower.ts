import * as limits from "../../assembly/shared/limits.ts";
import * as ops from "../../assembly/shared/ops.ts";
import type {
  Activation,
  AddNode,
  AveragePoolNode,
  ConvNode,
  DenseNode,
  Graph,
  GraphNode,
  MaxPoolNode,
  WeightedNode,
} from "../graph/graph.ts";
import { INPUT, inputsOf } from "../graph/graph.ts";
import { INPUT_MILLIVOLTS_PER_COUNT } from "../graph/model.ts";
import { type TensorShape, tensorShapes } from "../graph/shapes.ts";
import { engineNode } from "./engine-node.ts";
import { elementType, reachOf, tensorIndex } from "./memory-plan.ts";
import { packTiles } from "./pack-tile.ts";
import {
  checkWidth,
  LOGIT_FRACTION_BITS,
  largestWeight,
  type QuantizedNetwork,
  type QuantizedWeights,
} from "./quantized-network.ts";
import { type RequantizationRow, requantizeAdd, requantizeAverage, requantizeChannels } from "./requantization.ts";

/** A layer record's fields, with the requantisation rows and weight tiles that it points to. */
export interface LoweredLayer {
  readonly name: string;
  readonly op: number;
  readonly activation: number;
  readonly bits: number;
  readonly grid: number;
  /** Tensor indices; an add has two. */
  readonly inputs: readonly number[];
  readonly inChannels: number;
  readonly outChannels: number;
  readonly kernel: number;
  readonly stride: number;
  readonly dilation: number;
  readonly padLeft: number;
  readonly padRight: number;
  readonly outType: number;
  readonly shift: number;
  readonly multiplierA: number;
  readonly multiplierB: number;
  readonly rows: readonly RequantizationRow[];
  readonly tiles: readonly Uint8Array[];
}

const GRIDS = { midTread: ops.GRID_MID_TREAD, midRise: ops.GRID_MID_RISE, ternary: ops.GRID_TERNARY } as const;

/**
 * Turns a quantized network into layer records. Throws RangeError where a node, a scale or a weight cannot be packed.
 */
export function lower(network: QuantizedNetwork): readonly LoweredLayer[] {
  const context = new Context(network);
  return network.graph.nodes.map((node) => context.lowerNode(node));
}

/** Fields of a layer that its op does not use. */
const PLAIN = {
  activation: ops.ACTIVATION_NONE,
  bits: 0,
  grid: ops.GRID_NONE,
  kernel: 1,
  stride: 1,
  dilation: 1,
  padLeft: 0,
  padRight: 0,
  shift: 0,
  multiplierA: 0,
  multiplierB: 0,
  rows: [],
  tiles: [],
} as const;

class Context {
  private readonly graph: Graph;
  private readonly shapes: ReadonlyMap<string, TensorShape>;

  constructor(private readonly network: QuantizedNetwork) {
    this.graph = network.graph;
    this.shapes = tensorShapes(network.graph);
  }

  lowerNode(node: GraphNode): LoweredLayer {
    const index = tensorIndex(this.graph, node.name);
    if (reachOf(node).padLeft >= reachOf(node).span) {
      throw new RangeError(
        `layer ${node.name}: a left padding of ${reachOf(node).padLeft} rows makes columns of padding alone`,
      );
    }
    const base = {
      ...PLAIN,
      name: node.name,
      inputs: inputsOf(node).map((input) => tensorIndex(this.graph, input)),
      inChannels: this.channels(inputsOf(node)[0]),
      outChannels: this.channels(node.name),
      outType: elementType(this.graph, index),
    };
    const known = engineNode(node);
    switch (known.op) {
      case "conv1d":
        return { ...base, op: ops.OP_CONV1D, ...this.conv(known) };
      case "depthwiseConv1d":
        return { ...base, op: ops.OP_DEPTHWISE_CONV1D, ...this.conv(known) };
      case "add":
        return { ...base, ...this.add(known) };
      case "maxPool":
        return { ...base, ...this.maxPool(known) };
      case "averagePool":
        return { ...base, ...this.averagePool(known) };
      case "dense":
        return { ...base, ...this.dense(known) };
    }
  }

  private conv(node: ConvNode) {
    const { kernel, stride, dilation, padLeft, padRight } = node;
    if (node.op === "depthwiseConv1d" && this.inputType(node) !== ops.TYPE_INT8) {
      throw new RangeError(`layer ${node.name}: a depthwise conv reads int8, not the int16 of ${node.input}`);
    }
    return {
      activation: activationOf(node.activation),
      kernel,
      stride,
      dilation,
      padLeft,
      padRight,
      ...this.weighted(node, node.op === "conv1d" ? kernel * this.channels(node.input) : kernel, 1),
    };
  }

  private dense(node: DenseNode) {
    return {
      op: ops.OP_DENSE,
      kernel: node.columns,
      stride: node.columns,
      ...this.weighted(node, node.columns * this.channels(node.input), node.columns),
    };
  }

  private add(node: AddNode) {
    const [a, b] = node.inputs.map((input) => this.scaleOf(input));
    return {
      op: ops.OP_ADD,
      activation: activationOf(node.activation),
      ...requantizeAdd(a, b, this.scaleOf(node.name), node.name),
    };
  }

  private maxPool({ kernel, stride }: MaxPoolNode) {
    return { op: ops.OP_MAX_POOL, kernel, stride };
  }

  private averagePool(node: AveragePoolNode) {
    const { window, hop, warmup } = node;
    return {
      op: ops.OP_AVERAGE_POOL,
      kernel: window,
      stride: hop,
      padLeft: window - warmup,
      ...requantizeAverage(window, this.scaleOf(node.input), this.scaleOf(node.name), node.name),
    };
  }

  /** @param fanIn weights of an output channel */
  private weighted(node: WeightedNode, fanIn: number, columns: number) {
    const { grid, bits, values, scale, bias } = this.weightsOf(node.name);
    checkWidth(grid, bits);
    const outChannels = this.channels(node.name);
    if (values.length !== fanIn * outChannels || scale.length !== outChannels || bias.length !== outChannels) {
      throw new RangeError(
        `layer ${node.name} has ${values.length} weights, ${scale.length} scales and ${bias.length} biases; ` +
          `expected ${fanIn * outChannels}, ${outChannels} and ${outChannels}`,
      );
    }
    const inScale = this.scaleOf(node.input);
    const units = scale.map((step, channel) => {
      if (!(step > 0))
        throw new RangeError(`layer ${node.name}, channel ${channel}: weight scale ${step}, expected above 0`);
      const dead = values.subarray(channel * fanIn, (channel + 1) * fanIn).every((value) => value === 0);
      return dead ? 0 : step * inScale;
    });
    const largestInput = this.inputType(node) === ops.TYPE_INT16 ? 32768 : 127;
    const sumLimit = fanIn * largestInput * largestWeight(grid, bits);
    return {
      bits,
      grid: GRIDS[grid],
      tiles: packTiles(values, outChannels, columns, grid, bits),
      ...requantizeChannels(units, bias, this.scaleOf(node.name), sumLimit, node.name),
    };
  }

  /** Real value of one count of a tensor. */
  private scaleOf(name: string): number {
    if (name === INPUT) return INPUT_MILLIVOLTS_PER_COUNT;
    const node = this.graph.nodes[tensorIndex(this.graph, name) - 1];
    if (node === this.graph.nodes.at(-1)) return 2 ** -LOGIT_FRACTION_BITS;
    if (node.op === "maxPool") return this.scaleOf(node.input);
    const scale = this.network.scales.get(name);
    if (!(scale !== undefined && scale > 0))
      throw new RangeError(`layer ${name}: output scale ${scale}, expected above 0`);
    return scale;
  }

  private inputType(node: WeightedNode): number {
    return elementType(this.graph, tensorIndex(this.graph, node.input));
  }

  private channels(name: string): number {
    const { channels } = this.shapes.get(name) as TensorShape;
    if (channels > limits.MAX_CHANNELS)
      throw new RangeError(`${name} has ${channels} channels, limit ${limits.MAX_CHANNELS}`);
    return channels;
  }

  private weightsOf(name: string): QuantizedWeights {
    const weights = this.network.weights.get(name);
    if (!weights) throw new RangeError(`layer ${name} has no weights`);
    return weights;
  }
}

function activationOf(activation: Activation): number {
  return activation === "relu" ? ops.ACTIVATION_RELU : ops.ACTIVATION_NONE;
}
