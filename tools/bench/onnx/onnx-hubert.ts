import { TYPE_INT16 } from "../../../assembly/shared/ops.ts";
import { NetworkTensors } from "../../export/lower/network-tensors.ts";
import type { NormConstants, QuantizedNetwork, QuantizedWeights } from "../../export/quantized-network.ts";
import { largestOutput } from "../../export/tensors/element-type.ts";
import { cropRows } from "../../graph/crop-rows.ts";
import {
  type AttentionNode,
  type Conv1dNode,
  type GraphNode,
  type GroupNormNode,
  INPUT,
  inputsOf,
  type LayerNormNode,
  nodeNamed,
} from "../../graph/graph.ts";
import { NORM_EPSILON } from "../../graph/model.ts";
import { OnnxBuilder } from "./onnx-builder.ts";
import { MICROSOFT_DOMAIN, type OnnxGraph, type OnnxTensor } from "./onnx-format.ts";
import type { Codes, OnnxPrecision } from "./onnx-network.ts";
import { OnnxProducts, type Operand } from "./onnx-products.ts";

/** Least value of gelu, rounded away from zero. */
const LEAST_GELU = -0.17;
const EPSILON = { float: NORM_EPSILON };

/**
 * Writes HuBERT on one window as an ONNX graph, float in millivolts [1][1][samples] -> logits [1][classes]. In int8 the
 * products with weights are integers; norms, gelu (its tanh form) and attention stay float. Each has the form that was
 * fastest in onnxruntime-web (benches/README.md).
 */
export function onnxHubert(network: QuantizedNetwork, samples: number, precision: OnnxPrecision): OnnxGraph {
  return new HubertWriter(network, precision, samples).graph();
}

class HubertWriter {
  private readonly builder = new OnnxBuilder();
  private readonly products: OnnxProducts;
  private readonly tensors: NetworkTensors;
  private readonly rows: ReadonlyMap<string, number>;
  /** Names of the tensors as [1][channels][rows], which convs take; `tokens` has them as [rows][channels]. */
  private readonly planes = new Map<string, string>([[INPUT, INPUT]]);
  private readonly tokens = new Map<string, string>();

  constructor(
    private readonly network: QuantizedNetwork,
    private readonly precision: OnnxPrecision,
    private readonly samples: number,
  ) {
    this.products = new OnnxProducts(this.builder, precision);
    this.tensors = new NetworkTensors(network);
    this.rows = cropRows(network.graph, samples);
  }

  graph(): OnnxGraph {
    const { nodes, name, classes } = this.network.graph;
    for (const node of nodes) this.add(node);
    const output = this.asTokens(nodes[nodes.length - 1].name);
    return this.builder.graph(
      name,
      { name: INPUT, dims: [1, 1, this.samples] },
      { name: output, dims: [1, classes.length] },
    );
  }

  private add(node: GraphNode): void {
    const { name } = node;
    const [input] = inputsOf(node);
    switch (node.op) {
      case "conv1d":
        if (node.kernel === 1) this.linear(node);
        else this.conv(node);
        break;
      case "dense":
        this.tokens.set(name, this.products.linear(name, this.operand(input), this.weightsOf(name)));
        break;
      case "window":
        this.window(name, input);
        break;
      case "groupNorm":
        this.groupNorm(node);
        break;
      case "layerNorm":
        this.layerNorm(node);
        break;
      case "attention":
        this.attention(node);
        break;
      case "add":
        this.tokens.set(name, this.builder.push("Add", node.inputs.map(this.asTokens, this), name));
        break;
      case "averagePool": {
        const attributes = { axes: [0], keepdims: 1 };
        this.tokens.set(name, this.builder.push("ReduceMean", [this.asTokens(input)], name, { attributes }));
        break;
      }
      default:
        throw new RangeError(`node ${name}: the bench writes no ${node.op}`);
    }
  }

  /** Passes all rows on, since a window is one sequence. */
  private window(name: string, input: string): void {
    const forms = this.planes.has(input) ? this.planes : this.tokens;
    forms.set(name, forms.get(input) as string);
  }

  private linear(node: Conv1dNode): void {
    const sums = this.products.linear(node.name, this.operand(node.input), this.weightsOf(node.name));
    this.tokens.set(node.name, this.activated(node, sums));
  }

  /** Adds a conv. The first reads a single channel: float is as fast there, and takes the window as it is. */
  private conv(node: Conv1dNode): void {
    const weights = this.weightsOf(node.name);
    const value = this.asPlanes(node.input);
    if (node.input === INPUT) {
      this.planes.set(node.name, this.activated(node, this.products.floatConv(node, value, weights)));
      return;
    }
    const operand = { value, codes: this.codesOf(node.input) };
    const sums =
      (node.groups ?? 1) > 1
        ? this.products.groupedConv(node, operand, weights, this.sumCodes(node.name))
        : this.products.conv(node, operand, weights, this.sumCodes(node.name));
    this.planes.set(node.name, this.activated(node, sums));
  }

  private activated({ name, activation }: { name: string; activation: string }, value: string): string {
    if (activation === "none") return value;
    if (activation !== "gelu") throw new RangeError(`node ${name}: the bench writes no ${activation} here`);
    const opType = this.precision === "fp32" ? "Gelu" : "FastGelu";
    return this.builder.push(opType, [value], `${name}.activated`, { domain: MICROSOFT_DOMAIN });
  }

  private groupNorm(node: GroupNormNode): void {
    const inputs = [this.asPlanes(node.input), ...this.normConstants(node.name)];
    const attributes = { epsilon: EPSILON };
    const normal = this.builder.push("InstanceNormalization", inputs, node.name, { attributes });
    this.planes.set(node.name, this.activated(node, normal));
  }

  /** Adds an InstanceNormalization over rows as channels: LayerNormalization and two of its kind take twice as long. */
  private layerNorm({ name, input }: LayerNormNode): void {
    const { builder } = this;
    const rows = this.rows.get(name) as number;
    const inputs = [
      this.reshaped(this.asTokens(input), [1, rows, this.tensors.channels(name)], `${name}.rows`),
      builder.constant(`ones ${rows}`, [rows], new Float32Array(rows).fill(1)),
      builder.constant(`zeros ${rows}, float`, [rows], new Float32Array(rows)),
    ];
    const attributes = { epsilon: EPSILON };
    const normal = builder.push("InstanceNormalization", inputs, `${name}.normal`, { attributes });
    const [gamma, beta] = this.normConstants(name);
    const tokens = this.reshaped(normal, [rows, this.tensors.channels(name)], `${name}.tokens`);
    this.tokens.set(name, builder.push("Add", [builder.push("Mul", [tokens, gamma], `${name}.scaled`), beta], name));
  }

  private attention({ name, inputs, heads }: AttentionNode): void {
    const { builder } = this;
    const [rows, channels] = [this.rows.get(name) as number, this.tensors.channels(name)];
    const perms = [
      [1, 0, 2],
      [1, 2, 0],
      [1, 0, 2],
    ];
    const [query, key, value] = inputs.map((input, index) => {
      const split = this.reshaped(this.asTokens(input), [rows, heads, channels / heads], `${name}.split${index}`);
      return builder.push("Transpose", [split], `${name}.heads${index}`, { attributes: { perm: perms[index] } });
    });
    const scale = builder.constant(`${name}.scale`, [], Float32Array.of(1 / Math.sqrt(channels / heads)));
    const scores = builder.push("Mul", [builder.push("MatMul", [query, key], `${name}.dots`), scale], `${name}.scores`);
    const shares = builder.push("Softmax", [scores], `${name}.shares`, { attributes: { axis: -1 } });
    const mixed = builder.push("MatMul", [shares, value], `${name}.mixed`);
    const merged = builder.push("Transpose", [mixed], `${name}.merged`, { attributes: { perm: [1, 0, 2] } });
    this.tokens.set(name, this.reshaped(merged, [rows, channels], name));
  }

  private operand(name: string): Operand {
    return { value: this.asTokens(name), codes: this.codesOf(name) };
  }

  private asTokens(name: string): string {
    const made = this.tokens.get(name);
    if (made !== undefined) return made;
    const plane = this.planes.get(name) as string;
    const turned = this.builder.push("Transpose", [plane], `${name}.turned`, { attributes: { perm: [0, 2, 1] } });
    const dims = [this.rows.get(name) as number, this.tensors.channels(name)];
    this.tokens.set(name, this.reshaped(turned, dims, `${name}.tokens`));
    return `${name}.tokens`;
  }

  private asPlanes(name: string): string {
    const made = this.planes.get(name);
    if (made !== undefined) return made;
    const dims = [1, this.rows.get(name) as number, this.tensors.channels(name)];
    const one = this.reshaped(this.tokens.get(name) as string, dims, `${name}.one`);
    const plane = this.builder.push("Transpose", [one], `${name}.plane`, { attributes: { perm: [0, 2, 1] } });
    this.planes.set(name, plane);
    return plane;
  }

  private reshaped(value: string, dims: readonly number[], output: string): string {
    const shape = BigInt64Array.from(dims, BigInt);
    const constant = this.builder.constant(`shape ${dims.join(" ")}`, [dims.length], shape);
    return this.builder.push("Reshape", [value, constant], output);
  }

  private normConstants(name: string): [string, string] {
    const norms = this.network.norms as ReadonlyMap<string, NormConstants>;
    const { gamma, beta } = norms.get(name) as NormConstants;
    const vector = (part: string, data: Float64Array): OnnxTensor["name"] =>
      this.builder.constant(`${name}.${part}`, [data.length], Float32Array.from(data));
    return [vector("gamma", gamma), vector("beta", beta)];
  }

  private weightsOf(name: string): QuantizedWeights {
    return this.network.weights.get(name) as QuantizedWeights;
  }

  /** The codes of a tensor that a product reads: gelu leaves little below zero. */
  private codesOf(name: string): Codes {
    const node = nodeNamed(this.network.graph, name);
    const largest = this.tensors.scaleOf(name) * largestOutput(this.tensors.typeOf(name));
    const isGelu = "activation" in node && node.activation === "gelu";
    return isGelu ? codesBetween(LEAST_GELU, largest) : codesBetween(-largest, largest);
  }

  /** The codes of the sums before a conv's gelu: as far as they reach, where the engine's scale has room beyond. */
  private sumCodes(name: string): Codes {
    const largest = (this.network.preScales?.get(name) ?? 0) * largestOutput(TYPE_INT16);
    return codesBetween(-largest, largest);
  }
}

function codesBetween(least: number, largest: number): Codes {
  const scale = (largest - least) / 255;
  return { scale, zeroPoint: Math.round(-least / scale) };
}
