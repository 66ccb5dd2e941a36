import { TYPE_INT16 } from "../../assembly/shared/ops.ts";
import { largestCode, largestInput } from "../export/element-type.ts";
import { NetworkTensors } from "../export/network-tensors.ts";
import type { NormConstants, QuantizedNetwork, QuantizedWeights } from "../export/quantized-network.ts";
import { type Graph, type GraphNode, INPUT, inputsOf, isWeighted, type WeightedNode } from "../graph/graph.ts";
import type { FloatModel } from "../graph/model.ts";
import { channelStatistics, movedStatistics } from "./batch-norm-statistics.ts";
import { activationScales, fullScale, type RangeMethod } from "./calibrate.ts";
import { finish, inputRows, type Rows, rawSums, runNode } from "./float-forward.ts";
import { foldLevels } from "./fold-levels.ts";
import {
  type ChannelAffine,
  type ChannelStatistics,
  foldBatchNorm,
  type LayerWeights,
  layerWeights,
  normConstants,
} from "./layer-weights.ts";
import { quantizeWeights, type ScaleMethod } from "./quantizers/quantize-weights.ts";
import { dequantize, type QuantizedLevels } from "./quantizers/quantized-levels.ts";
import type { Width } from "./width.ts";

export interface QuantizationOptions {
  readonly range: RangeMethod;
  readonly scale: ScaleMethod;
  /** Batch norm's mean and variance follow the quantized weights, by forward passes over the calibration crops. */
  readonly reestimateBatchNorm: boolean;
}

export const DEFAULT_QUANTIZATION: QuantizationOptions = {
  range: { kind: "percentile", percent: 99.99 },
  scale: "mse",
  reestimateBatchNorm: true,
};

/**
 * A model on its way to integers: a width a layer, batch-norm statistics that follow, activation ranges of the float
 * model. It keeps every node's rows on the calibration crops, so that a candidate for one layer costs that layer alone.
 */
export class QuantizationState {
  readonly graph: Graph;
  readonly layers: ReadonlyMap<string, LayerWeights>;
  readonly scales: ReadonlyMap<string, number>;
  /** Of what goes into each gelu, of the float model too. */
  readonly preScales = new Map<string, number>();
  private readonly norms: ReadonlyMap<string, NormConstants>;
  private readonly chosen = new Map<string, { levels: QuantizedLevels; affine: ChannelAffine }>();
  private readonly levelsCache = new Map<string, QuantizedLevels>();
  /** Of the float network's raw sums on the calibration crops. */
  private readonly floatStatistics = new Map<string, ChannelStatistics>();
  private readonly tensors: Map<string, readonly Rows[]>;

  /** @param crops conditioned samples, at least one crop @param start a width of all layers, or the levels of each */
  constructor(
    model: FloatModel,
    crops: readonly Int16Array[],
    start: Width | ReadonlyMap<string, QuantizedLevels>,
    private readonly options: QuantizationOptions,
  ) {
    if (crops.length === 0) throw new RangeError("calibration needs one crop or more, found 0");
    this.graph = model.graph;
    this.layers = layerWeights(model);
    this.norms = normConstants(model);
    this.tensors = new Map([[INPUT, crops.map(inputRows)]]);
    this.runNodes(this.graph.nodes);
    this.scales = activationScales(this.graph, this.tensors, options.range);
    for (const name of this.layers.keys()) {
      const levels = typeof start === "object" ? (start.get(name) as QuantizedLevels) : this.levelsOf(name, start);
      this.chosen.set(name, { levels, affine: this.affineOf(name, levels) });
    }
    this.refresh(0);
  }

  /** Settles a layer's width; statistics behind it follow. */
  choose(name: string, width: Width): void {
    const levels = this.levelsOf(name, width);
    this.chosen.set(name, { levels, affine: this.affineOf(name, levels) });
    this.refresh(this.graph.nodes.findIndex((node) => node.name === name));
  }

  /** The network as it stands, with one layer at another width where given. */
  network(candidate?: { readonly name: string; readonly width: Width }): QuantizedNetwork {
    const { graph, scales, preScales, norms } = this;
    const weights = new Map<string, QuantizedWeights>();
    const tensors = new NetworkTensors({ graph, weights, scales });
    for (const node of this.graph.nodes) {
      const settled = this.chosen.get(node.name);
      if (!settled) continue;
      const tried = candidate?.name === node.name ? this.levelsOf(node.name, candidate.width) : null;
      const { levels, affine } = tried ? { levels: tried, affine: this.affineOf(node.name, tried) } : settled;
      const [input] = inputsOf(node);
      const read = { scale: tensors.scaleOf(input), largest: largestInput(tensors.typeOf(input)) };
      weights.set(node.name, foldLevels(levels, affine, read));
    }
    return { graph, weights, scales, preScales, norms };
  }

  private levelsOf(name: string, width: Width): QuantizedLevels {
    const key = `${name} ${width}`;
    const { values, outChannels } = this.layers.get(name) as LayerWeights;
    const levels = this.levelsCache.get(key) ?? quantizeWeights(values, outChannels, width, this.options.scale);
    this.levelsCache.set(key, levels);
    return levels;
  }

  private affineOf(name: string, levels: QuantizedLevels): ChannelAffine {
    const layer = this.layers.get(name) as LayerWeights;
    if (!this.options.reestimateBatchNorm || layer.norm === null) return foldBatchNorm(layer);
    const node = this.graph.nodes.find((other) => other.name === name) as WeightedNode;
    return this.normAffine(layer, this.sumsOf(node, dequantize(levels)));
  }

  private sumsOf(node: WeightedNode, values: Float32Array): readonly Rows[] {
    return (this.tensors.get(node.input) ?? []).map((input) => rawSums(node, input, values));
  }

  private normAffine(layer: LayerWeights, sums: readonly Rows[]): ChannelAffine {
    const before = this.floatStatistics.get(layer.name);
    if (layer.norm === null || before === undefined) return foldBatchNorm(layer);
    return foldBatchNorm(layer, movedStatistics(layer.norm, before, channelStatistics(sums)));
  }

  /** Runs the quantized weights from a node on, each batch norm on the statistics that now reach it; behind the last nobody asks. */
  private refresh(from: number): void {
    const last = this.graph.nodes.findLastIndex(({ name }) => this.layers.get(name)?.norm);
    if (this.options.reestimateBatchNorm) this.runNodes(this.graph.nodes.slice(from, last + 1));
  }

  private runNodes(nodes: readonly GraphNode[]): void {
    for (const node of nodes) this.tensors.set(node.name, this.runNode(node));
  }

  private runNode(node: GraphNode): readonly Rows[] {
    if (isWeighted(node)) return this.runWeighted(node);
    if (node.op === "groupNorm" && node.activation === "gelu" && !this.preScales.has(node.name)) {
      this.notePreScale(node, this.runPlain({ ...node, activation: "none" }));
    }
    return this.runPlain(node);
  }

  private runPlain(node: GraphNode): readonly Rows[] {
    const inputs = inputsOf(node).map((name) => this.tensors.get(name) as readonly Rows[]);
    const norm = this.norms.get(node.name);
    const weights = norm && { values: new Float32Array(), affine: { gain: norm.gamma, offset: norm.beta } };
    return inputs[0].map((_, crop) =>
      runNode(
        node,
        inputs.map((tensor) => tensor[crop]),
        weights,
      ),
    );
  }

  private runWeighted(node: WeightedNode): readonly Rows[] {
    const layer = this.layers.get(node.name) as LayerWeights;
    const settled = this.chosen.get(node.name);
    const sums = this.sumsOf(node, settled ? dequantize(settled.levels) : layer.values);
    const affine = settled ? this.normAffine(layer, sums) : foldBatchNorm(layer);
    if (settled) this.chosen.set(node.name, { levels: settled.levels, affine });
    else this.noteFloat(node, sums, affine);
    return sums.map((rows) => finish(node, rows, affine));
  }

  private noteFloat(node: WeightedNode, sums: readonly Rows[], affine: ChannelAffine): void {
    this.floatStatistics.set(node.name, channelStatistics(sums));
    if (node.op !== "conv1d" || node.activation !== "gelu") return;
    const plain = { ...node, activation: "none", clip: undefined } as const;
    this.notePreScale(
      node,
      sums.map((rows) => finish(plain, rows, affine)),
    );
  }

  private notePreScale({ name }: GraphNode, rows: readonly Rows[]): void {
    this.preScales.set(name, fullScale(rows, largestCode(TYPE_INT16)));
  }
}
