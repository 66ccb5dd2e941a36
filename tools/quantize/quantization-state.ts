import { TYPE_INT16 } from "../../assembly/shared/ops.ts";
import { NetworkTensors } from "../export/lower/network-tensors.ts";
import type { IntegerWeights, NormConstants, QuantizedNetwork, QuantizedWeights } from "../export/quantized-network.ts";
import { largestInput, largestOutput } from "../export/tensors/element-type.ts";
import { finish, rawSums, runNode } from "../forward/float-forward.ts";
import {
  type ChannelAffine,
  type ChannelStatistics,
  foldBatchNorm,
  type LayerWeights,
  layerWeights,
  normConstants,
} from "../forward/layer-weights.ts";
import { inputRows, type Rows } from "../forward/rows.ts";
import { type Graph, type GraphNode, INPUT, inputsOf, isWeighted, type WeightedNode } from "../graph/graph.ts";
import type { FloatModel } from "../graph/model.ts";
import { channelStatistics, movedStatistics } from "./batch-norm-statistics.ts";
import { biasCorrection } from "./bias-correction.ts";
import { activationScales, fullScale, type RangeMethod } from "./calibrate.ts";
import { foldAffine } from "./fold-affine.ts";
import type { ScaleMethod } from "./quantizers/channel-scale.ts";
import { dequantize } from "./quantizers/dequantize.ts";
import { quantizeWeights } from "./quantizers/quantize-weights.ts";
import { inputMoments, type SecondMoments } from "./quantizers/second-moments.ts";
import { widthOf } from "./trained-integers.ts";
import { uniformWidths, type Width, type Widths } from "./width.ts";

export interface QuantizationOptions {
  readonly scale: ScaleMethod;
  /** Rounding to the nearest integers of the grid, or to the integers that change the layer's output least on the calibration crops. */
  readonly rounding: "nearest" | "outputError";
  /** Range of int8 activations. */
  readonly range: RangeMethod;
  /** Batch norm's mean and variance follow the quantized weights, by forward passes over the calibration crops. */
  readonly reestimateBatchNorm: boolean;
  /** A layer without batch norm takes the mean error of its output into its bias, by the same passes. */
  readonly correctBias: boolean;
}

export const DEFAULT_QUANTIZATION: QuantizationOptions = {
  scale: "mse",
  rounding: "outputError",
  range: { kind: "percentile", percent: 99.99 },
  reestimateBatchNorm: true,
  correctBias: false,
};

/** One width for every layer, or the integers of every layer that a model was trained on. */
export type StartingPoint = Width | ReadonlyMap<string, IntegerWeights>;

/** The network at some widths: nothing in it depends on the search's way there. */
interface Stand {
  readonly widths: Widths;
  readonly affines: Map<string, ChannelAffine>;
  /** Every node's rows on the calibration crops. */
  readonly tensors: Map<string, readonly Rows[]>;
}

/**
 * A model at the widths of a search, with batch-norm statistics that follow the widths and the activation ranges of the float model. It
 * keeps every node's rows on the calibration crops at the settled widths: a candidate costs only the layers from the first layer that
 * differs on.
 */
export class QuantizationState {
  readonly graph: Graph;
  readonly layers: ReadonlyMap<string, LayerWeights>;
  readonly scales: ReadonlyMap<string, number>;
  /** Scales of the inputs of each gelu, taken from the float model. */
  readonly preScales = new Map<string, number>();
  private readonly norms: ReadonlyMap<string, NormConstants>;
  private readonly moments: ReadonlyMap<string, SecondMoments>;
  private readonly integersCache = new Map<string, IntegerWeights>();
  /** Statistics of the float network's raw sums on the calibration crops. */
  private readonly floatStatistics = new Map<string, ChannelStatistics>();
  private settled: Stand;
  /** The stand computed last: a search as a rule settles the candidate that it has just measured. */
  private latest: Stand;

  /** @param crops conditioned samples, at least one crop @param start a width of all layers, or the integers of each */
  constructor(
    model: FloatModel,
    crops: readonly Int16Array[],
    start: StartingPoint,
    private readonly options: QuantizationOptions,
  ) {
    if (crops.length === 0) throw new RangeError("calibration needs one crop or more, found 0");
    this.graph = model.graph;
    this.layers = layerWeights(model);
    this.norms = normConstants(model);
    const tensors = new Map<string, readonly Rows[]>([[INPUT, crops.map(inputRows)]]);
    this.settled = { widths: new Map(), affines: new Map(), tensors };
    this.runNodes(this.settled, this.graph.nodes);
    this.scales = activationScales(this.graph, tensors, options.range);
    this.moments = options.rounding === "outputError" ? inputMoments(this.graph, tensors) : new Map();
    this.latest = this.settled;
    this.settled = this.standAt(this.startingWidths(start));
  }

  get widths(): Widths {
    return this.settled.widths;
  }

  /** Settles the widths: candidates are computed from there. */
  settle(widths: Widths): void {
    this.settled = this.standAt(widths);
  }

  /** Makes the network at the settled widths, or at other widths. */
  network(widths: Widths = this.settled.widths): QuantizedNetwork {
    const { graph, scales, preScales, norms } = this;
    const { affines } = this.standAt(widths);
    const weights = new Map<string, QuantizedWeights>();
    const tensors = new NetworkTensors({ graph, weights, scales });
    for (const node of graph.nodes.filter(isWeighted)) {
      const { name } = node;
      const read = { scale: tensors.scaleOf(node.input), largest: largestInput(tensors.typeOf(node.input)) };
      const integers = this.integersOf(name, widths.get(name) as Width);
      weights.set(name, foldAffine(integers, affines.get(name) as ChannelAffine, read));
    }
    return { graph, weights, scales, preScales, norms };
  }

  /** Quantizes a layer at a width. Throws RangeError that names a layer that cannot be quantized. */
  integersOf(name: string, width: Width): IntegerWeights {
    const key = `${name} ${width}`;
    const { values, outChannels } = this.layers.get(name) as LayerWeights;
    try {
      const integers =
        this.integersCache.get(key) ??
        quantizeWeights(values, outChannels, width, this.options.scale, this.moments.get(name));
      this.integersCache.set(key, integers);
      return integers;
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      throw new RangeError(`layer ${name} cannot be quantized: ${error.message}`);
    }
  }

  private startingWidths(start: StartingPoint): Widths {
    if (typeof start !== "object") return uniformWidths(this.layers.keys(), start);
    for (const [name, integers] of start) this.integersCache.set(`${name} ${widthOf(integers)}`, integers);
    return new Map([...start].map(([name, integers]) => [name, widthOf(integers)]));
  }

  private standAt(widths: Widths): Stand {
    const [base, from] = this.nearest(widths);
    if (from < 0) return base;
    const stand: Stand = { widths, affines: new Map(base.affines), tensors: new Map(base.tensors) };
    const last = this.lastAsked();
    this.runNodes(stand, this.graph.nodes.slice(from, last + 1));
    // The statistics of later layers do not depend on rows.
    for (const node of this.graph.nodes.slice(Math.max(from, last + 1))) {
      const layer = this.layers.get(node.name);
      if (layer) stand.affines.set(node.name, foldBatchNorm(layer));
    }
    this.latest = stand;
    return stand;
  }

  /** Finds the known stand that agrees with the widths longest, and the first node where it differs; -1 where it agrees throughout. */
  private nearest(widths: Widths): readonly [Stand, number] {
    const differs = (stand: Stand) =>
      this.graph.nodes.findIndex(({ name }) => widths.get(name) !== stand.widths.get(name));
    const [settled, latest] = [differs(this.settled), differs(this.latest)];
    return settled < 0 || (latest >= 0 && settled >= latest) ? [this.settled, settled] : [this.latest, latest];
  }

  /** Finds the index of the last node whose affine depends on its sums. */
  private lastAsked(): number {
    const { reestimateBatchNorm, correctBias } = this.options;
    return this.graph.nodes.findLastIndex(({ name }) => {
      const layer = this.layers.get(name);
      return layer !== undefined && (layer.norm === null ? correctBias : reestimateBatchNorm);
    });
  }

  private runNodes(stand: Stand, nodes: readonly GraphNode[]): void {
    for (const node of nodes) stand.tensors.set(node.name, this.runNode(stand, node));
  }

  private runNode(stand: Stand, node: GraphNode): readonly Rows[] {
    if (isWeighted(node)) return this.runWeighted(stand, node);
    if (node.op === "groupNorm" && node.activation === "gelu" && !this.preScales.has(node.name)) {
      this.notePreScale(node, this.runPlain(stand, { ...node, activation: "none" }));
    }
    return this.runPlain(stand, node);
  }

  private runPlain({ tensors }: Stand, node: GraphNode): readonly Rows[] {
    const inputs = inputsOf(node).map((name) => tensors.get(name) as readonly Rows[]);
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

  private runWeighted({ widths, affines, tensors }: Stand, node: WeightedNode): readonly Rows[] {
    const layer = this.layers.get(node.name) as LayerWeights;
    const width = widths.get(node.name);
    const values = width === undefined ? layer.values : dequantize(this.integersOf(node.name, width));
    const sums = (tensors.get(node.input) as readonly Rows[]).map((input) => rawSums(node, input, values));
    const affine = this.affineOf(layer, sums);
    if (width === undefined) this.noteFloat(node, sums, affine);
    affines.set(node.name, affine);
    return sums.map((rows) => finish(node, rows, affine));
  }

  /** Finds a layer's gains and offsets. @param sums raw sums of its current weights; in the first run of the float weights */
  private affineOf(layer: LayerWeights, sums: readonly Rows[]): ChannelAffine {
    const { reestimateBatchNorm, correctBias } = this.options;
    const before = this.floatStatistics.get(layer.name);
    if (before === undefined || !(layer.norm === null ? correctBias : reestimateBatchNorm)) return foldBatchNorm(layer);
    const after = channelStatistics(sums);
    return layer.norm === null
      ? biasCorrection(foldBatchNorm(layer), before, after)
      : foldBatchNorm(layer, movedStatistics(layer.norm, before, after));
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
    this.preScales.set(name, fullScale(rows, largestOutput(TYPE_INT16)));
  }
}
