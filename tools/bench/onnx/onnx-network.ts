import type { QuantizedNetwork, QuantizedWeights } from "../../export/quantized-network.ts";
import {
  type AddNode,
  type AveragePoolNode,
  type Conv1dNode,
  type DenseNode,
  type GraphNode,
  INPUT,
  inputsOf,
  outputBounds,
} from "../../graph/graph.ts";
import { INPUT_MILLIVOLTS_PER_COUNT } from "../../graph/model.ts";
import { realValues } from "../float-run.ts";
import { OnnxBuilder } from "./onnx-builder.ts";
import type { OnnxGraph, OnnxNode, OnnxTensor } from "./onnx-format.ts";

/** Counts of the int16 input per step of the 8-bit input that int8 peers take. */
export const INPUT_STEP_COUNTS = 16;

/**
 * "fp32", or "int8": quantize/dequantize pairs, activations uint8 and weights int8 a channel, which ONNX Runtime fuses.
 */
export type OnnxPrecision = "fp32" | "int8";

/** Writes a ResNet on one window as an ONNX graph, float in millivolts [1][1][samples] -> logits [1][classes]. */
export function onnxNetwork(network: QuantizedNetwork, samples: number, precision: OnnxPrecision): OnnxGraph {
  return new Writer(network, precision).graph(samples);
}

/** The codes of a tensor: real = (code - zeroPoint) * scale. */
export interface Codes {
  readonly scale: number;
  readonly zeroPoint: number;
}

class Writer {
  private readonly builder = new OnnxBuilder();
  private readonly codes = new Map<string, Codes>();

  constructor(
    private readonly network: QuantizedNetwork,
    private readonly precision: OnnxPrecision,
  ) {}

  graph(samples: number): OnnxGraph {
    const { graph } = this.network;
    this.round(INPUT, { scale: INPUT_STEP_COUNTS * INPUT_MILLIVOLTS_PER_COUNT, zeroPoint: 128 });
    for (const node of graph.nodes) this.add(node);
    const last = graph.nodes[graph.nodes.length - 1].name;
    return this.builder.graph(
      graph.name,
      { name: INPUT, dims: [1, 1, samples] },
      { name: last, dims: [1, graph.classes.length] },
    );
  }

  private add(node: GraphNode): void {
    const inputs = inputsOf(node).map((name) => this.readable(name));
    switch (node.op) {
      case "conv1d":
        this.conv(node, inputs[0]);
        this.activate(node);
        break;
      case "add":
        this.push("Add", inputs, node.name);
        this.activate(node);
        break;
      case "averagePool":
        this.push("GlobalAveragePool", inputs, node.name);
        this.round(node.name, this.codesLikeInput(node));
        break;
      case "dense":
        this.dense(node, inputs[0]);
        break;
      default:
        throw new RangeError(`node ${node.name}: the bench writes no ${node.op}`);
    }
  }

  private conv(node: Conv1dNode, input: string): void {
    const { kernel, stride, dilation, padLeft, padRight } = node;
    this.push("Conv", [input, ...this.parameters(node, kernel)], node.name, {
      kernel_shape: [kernel],
      strides: [stride],
      dilations: [dilation],
      pads: [padLeft, padRight],
    });
  }

  private dense(node: DenseNode, input: string): void {
    const flat = `${node.name}.input`;
    this.push("Flatten", [input], flat, { axis: 1 });
    this.push("Gemm", [flat, ...this.parameters(node, node.columns)], node.name, { transB: 1 });
  }

  /** Adds a node's weights, [out][in][kernel] or [out][in] of a dense node, and its bias; returns their names. */
  private parameters(node: Conv1dNode | DenseNode, kernel: number): [string, string] {
    const weights = this.network.weights.get(node.name) as QuantizedWeights;
    const outChannels = weights.scale.length;
    const inChannels = weights.integers.length / outChannels / kernel;
    const dims = node.op === "conv1d" ? [outChannels, inChannels, kernel] : [outChannels, inChannels];
    const values = channelsBeforeTaps(weights.integers, inChannels, kernel);
    const weight = `${node.name}.weight`;
    const bias = `${node.name}.bias`;
    if (this.precision === "fp32") {
      const real = realValues(values, weights.scale);
      return [this.constant(weight, dims, real), this.constant(bias, [outChannels], Float32Array.from(weights.bias))];
    }
    const inScale = (this.codes.get(node.input) as Codes).scale;
    const units = Float32Array.from(weights.scale, (scale) => scale * inScale);
    const counts = Int32Array.from(weights.bias, (value, channel) => Math.round(value / units[channel]));
    return [
      this.dequantizedConstant(weight, dims, values, Float32Array.from(weights.scale)),
      this.dequantizedConstant(bias, [outChannels], counts, units),
    ];
  }

  /**
   * Bounds a node's output. A float tensor is clipped; an int8 one is rounded to uint8 codes, which end at the clip and
   * start at zero where relu cuts.
   */
  private activate(node: Conv1dNode | AddNode): void {
    const { name, activation, clip } = node;
    if (this.precision === "int8") {
      this.round(name, codesOf(this.network.scales.get(name) as number, activation === "relu"));
    } else if (clip !== undefined) {
      const bounds = outputBounds(node).map((bound, index) =>
        this.constant(`${name}.bound${index}`, [], Float32Array.of(bound)),
      );
      this.push("Clip", [name, ...bounds], `${name}.bounded`);
    } else if (activation === "relu") this.push("Relu", [name], `${name}.bounded`);
  }

  /** Returns the codes of an average, which has the sign of the values that it averages. */
  private codesLikeInput(node: AveragePoolNode): Codes {
    return codesOf(this.network.scales.get(node.name) as number, this.codes.get(node.input)?.zeroPoint === 0);
  }

  /** Adds a pair of QuantizeLinear and DequantizeLinear after a tensor. */
  private round(name: string, codes: Codes): void {
    if (this.precision === "fp32") return;
    this.codes.set(name, codes);
    const scale = this.constant(`${name}.scale`, [], Float32Array.of(codes.scale));
    const zeroPoint = this.constant(`${name}.zeroPoint`, [], Uint8Array.of(codes.zeroPoint));
    this.push("QuantizeLinear", [name, scale, zeroPoint], `${name}.codes`);
    this.push("DequantizeLinear", [`${name}.codes`, scale, zeroPoint], `${name}.rounded`);
  }

  /** Returns the name under which a later node reads a tensor. */
  private readable(name: string): string {
    if (this.codes.has(name)) return `${name}.rounded`;
    return this.builder.has(`${name}.bounded`) ? `${name}.bounded` : name;
  }

  private dequantizedConstant(
    name: string,
    dims: readonly number[],
    values: Int8Array | Int32Array,
    scale: Float32Array,
  ): string {
    const zeros = values instanceof Int8Array ? new Int8Array(scale.length) : new Int32Array(scale.length);
    const inputs = [
      this.constant(`${name}.codes`, dims, values),
      this.constant(`${name}.scale`, [scale.length], scale),
      this.constant(`${name}.zeroPoint`, [scale.length], zeros),
    ];
    this.push("DequantizeLinear", inputs, name, { axis: 0 });
    return name;
  }

  private constant(name: string, dims: readonly number[], data: OnnxTensor["data"]): string {
    return this.builder.constant(name, dims, data);
  }

  private push(opType: string, inputs: readonly string[], output: string, attributes?: OnnxNode["attributes"]): void {
    this.builder.push(opType, inputs, output, { attributes });
  }
}

/**
 * Returns the uint8 codes of a tensor; where nothing is below 0, 127 steps of the engine become 255 smaller ones.
 * @param scale the step of the engine's int8
 */
function codesOf(scale: number, nonNegative: boolean): Codes {
  return nonNegative ? { scale: (scale * 127) / 255, zeroPoint: 0 } : { scale, zeroPoint: 128 };
}

/** Reorders weights from [out][tap][in], the engine's order, to [out][in][tap]. */
export function channelsBeforeTaps(values: Int8Array, inChannels: number, kernel: number): Int8Array {
  const fanIn = inChannels * kernel;
  return Int8Array.from(values, (_, index) => {
    const within = index % fanIn;
    const channel = Math.floor(within / kernel);
    return values[index - within + (within % kernel) * inChannels + channel];
  });
}
