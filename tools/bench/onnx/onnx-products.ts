import type { QuantizedWeights } from "../../export/quantized-network.ts";
import type { Conv1dNode } from "../../graph/graph.ts";
import { realValues } from "../float-run.ts";
import type { OnnxBuilder } from "./onnx-builder.ts";
import { MICROSOFT_DOMAIN } from "./onnx-format.ts";
import { type Codes, channelsBeforeTaps, type OnnxPrecision } from "./onnx-network.ts";

/** A float value with its uint8 codes, which a product of integers needs. */
export interface Operand {
  readonly value: string;
  readonly codes: Codes;
}

/**
 * Products with weights, float to float. In int8 they are the integer operators to which ONNX Runtime fuses pairs of
 * quantize and dequantize. It does not fuse them where an output is read twice, and then makes the weights float in
 * every run.
 */
export class OnnxProducts {
  constructor(
    private readonly builder: OnnxBuilder,
    private readonly precision: OnnxPrecision,
  ) {}

  /** Adds a product of rows, [rows][in] -> [rows][out]; integer sums come out as float. */
  linear(name: string, input: Operand, weights: QuantizedWeights): string {
    const { builder } = this;
    const outChannels = weights.scale.length;
    const dims = [weights.integers.length / outChannels, outChannels];
    if (this.precision === "fp32") {
      const real = realValues(weights.integers, weights.scale);
      const weight = builder.constant(`${name}.weight`, dims, transposed(real, outChannels));
      return builder.push("Gemm", [input.value, weight, this.floatBias(name, weights)], name);
    }
    const inputs = [
      ...this.quantized(input),
      builder.constant(`${name}.weight`, dims, transposed(weights.integers, outChannels)),
      ...this.weightScales(name, weights),
      this.countBias(name, input.codes, weights),
    ];
    return builder.push("QGemm", inputs, name, { domain: MICROSOFT_DOMAIN });
  }

  /** Adds a conv, [1][in][rows] -> [1][out][rows]. @param output codes that integer sums are rounded to */
  conv(node: Conv1dNode, input: Operand, weights: QuantizedWeights, output: Codes): string {
    if (this.precision === "fp32") return this.floatConv(node, input.value, weights);
    const [codes, ...inputScale] = this.quantized(input);
    const sums = this.integerConv(node, node.name, [codes, ...inputScale], input.codes, weights, output);
    return this.builder.push("DequantizeLinear", [sums, ...this.constants(output)], node.name);
  }

  floatConv(node: Conv1dNode, value: string, weights: QuantizedWeights): string {
    const { dims, integers } = convWeights(node, weights);
    const weight = this.builder.constant(`${node.name}.weight`, dims, realValues(integers, weights.scale));
    const { groups = 1 } = node;
    return this.builder.push("Conv", [value, weight, this.floatBias(node.name, weights)], node.name, {
      attributes: { ...convAttributes(node), group: groups },
    });
  }

  /** Adds a conv for each group, side by side: a grouped QLinearConv takes 1.25 times as long. */
  groupedConv(node: Conv1dNode, input: Operand, weights: QuantizedWeights, output: Codes): string {
    if (this.precision === "fp32") return this.floatConv(node, input.value, weights);
    const { builder } = this;
    const { name, groups = 1, outChannels } = node;
    const channels = outChannels / groups;
    const [codes, ...inputScale] = this.quantized(input);
    const perGroup = weights.integers.length / groups;
    const inChannels = perGroup / channels / node.kernel;
    const made = Array.from({ length: groups }, (_, group) => {
      const bounds = [group, group + 1].map((index) =>
        builder.constant(`channel${index * inChannels}`, [1], BigInt64Array.of(BigInt(index * inChannels))),
      );
      const axis = builder.constant("axis1", [1], BigInt64Array.of(1n));
      const part = builder.push("Slice", [codes, ...bounds, axis], `${name}.input${group}`);
      const own: QuantizedWeights = {
        ...weights,
        integers: weights.integers.subarray(group * perGroup, (group + 1) * perGroup),
        scale: weights.scale.subarray(group * channels, (group + 1) * channels),
        bias: weights.bias.subarray(group * channels, (group + 1) * channels),
      };
      return this.integerConv(node, `${name}.group${group}`, [part, ...inputScale], input.codes, own, output);
    });
    const sums = builder.push("Concat", made, `${name}.groups`, { attributes: { axis: 1 } });
    return builder.push("DequantizeLinear", [sums, ...this.constants(output)], name);
  }

  private integerConv(
    node: Conv1dNode,
    name: string,
    input: readonly string[],
    inputCodes: Codes,
    weights: QuantizedWeights,
    output: Codes,
  ): string {
    const { dims, integers } = convWeights(node, weights);
    const inputs = [
      ...input,
      this.builder.constant(`${name}.weight`, dims, integers),
      ...this.weightScales(name, weights),
      ...this.constants(output),
      this.countBias(name, inputCodes, weights),
    ];
    return this.builder.push("QLinearConv", inputs, `${name}.sums`, { attributes: convAttributes(node) });
  }

  /** Adds an operand's codes, scale and zero point and returns their names. */
  private quantized({ value, codes }: Operand): [string, string, string] {
    const [scale, zeroPoint] = this.constants(codes);
    return [this.builder.push("QuantizeLinear", [value, scale, zeroPoint], `${value}.codes`), scale, zeroPoint];
  }

  private constants({ scale, zeroPoint }: Codes): [string, string] {
    return [
      this.builder.constant(`scale ${scale}`, [], Float32Array.of(scale)),
      this.builder.constant(`zero ${zeroPoint}`, [], Uint8Array.of(zeroPoint)),
    ];
  }

  private weightScales(name: string, { scale }: QuantizedWeights): [string, string] {
    return [
      this.builder.constant(`${name}.scale`, [scale.length], Float32Array.from(scale)),
      this.builder.constant(`zeros ${scale.length}`, [scale.length], new Int8Array(scale.length)),
    ];
  }

  private countBias(name: string, codes: Codes, { bias, scale }: QuantizedWeights): string {
    const counts = Int32Array.from(bias, (value, channel) => Math.round(value / (scale[channel] * codes.scale)));
    return this.builder.constant(`${name}.bias`, [bias.length], counts);
  }

  private floatBias(name: string, { bias }: QuantizedWeights): string {
    return this.builder.constant(`${name}.bias`, [bias.length], Float32Array.from(bias));
  }
}

function convWeights({ kernel }: Conv1dNode, { integers, scale }: QuantizedWeights) {
  const inChannels = integers.length / scale.length / kernel;
  return { dims: [scale.length, inChannels, kernel], integers: channelsBeforeTaps(integers, inChannels, kernel) };
}

function convAttributes({ kernel, stride, dilation, padLeft, padRight }: Conv1dNode) {
  return { kernel_shape: [kernel], strides: [stride], dilations: [dilation], pads: [padLeft, padRight] };
}

/** Transposes weights from [out][in] to [in][out]. */
function transposed<T extends Int8Array | Float32Array>(values: T, outChannels: number): T {
  const fanIn = values.length / outChannels;
  return values.map((_, index) => values[(index % outChannels) * fanIn + Math.floor(index / outChannels)]) as T;
}
