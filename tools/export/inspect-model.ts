import type { Engine, ModelFile, ModelLayer } from "qhubert-engine";
import { MODEL_SAMPLE_RATE_HZ } from "../../assembly/shared/limits.ts";
import { kernelSpan } from "../graph/kernel-span.ts";
import {
  type CompressionRatios,
  compressionRatios,
  type ParameterCounts,
  TERNARY_BITS,
  wholeParameters,
} from "./accounting.ts";
import { MetadataSchema } from "./metadata.ts";

/** The facts that `qhubert inspect` prints. A layer's parameters, bytes and MACs are those of its weights and folded biases. */
interface Inspection {
  readonly name: string;
  readonly classes: readonly string[];
  readonly layers: readonly {
    readonly name: string;
    readonly op: string;
    readonly bits: number;
    readonly parameters: number;
    readonly bytes: number;
    /** Multiply-accumulates for a second of signal. */
    readonly macs: number;
  }[];
  /** Trainable parameters of the float network. */
  readonly parameters: number;
  readonly meanBits: number;
  readonly compression: CompressionRatios;
  readonly macsPerSecond: number;
  readonly receptiveFieldMs: number;
  readonly lookAheadMs: number;
  readonly hopMs: number;
  /** Measured on the given engine. */
  readonly ramBytes: number;
  readonly arenaBytes: number;
  readonly flashBytes: number;
  readonly budget: ModelFile["budget"];
  readonly memoryPlan: readonly {
    tensor: string;
    offset: number;
    capacityRows: number;
    bytes: number;
    keptOffset: number;
    keptRows: number;
    keptBytes: number;
  }[];
  readonly metadata: ModelFile["metadata"];
}

const HEADS: ReadonlySet<string> = new Set(["window", "averagePool", "dense"]);
const MS_PER_SAMPLE = 1000 / MODEL_SAMPLE_RATE_HZ;

/** Describes the model of an engine. @param engineBytes bytes of the engine's scalar build */
export function inspectModel(engine: Engine, engineBytes: number): Inspection {
  const { model } = engine;
  const rates = tensorRates(model);
  const layers = model.layers.map((layer, index) => ({
    name: layer.name,
    op: layer.op,
    bits: bitsOf(layer),
    parameters: layer.weights > 0 ? layer.weights + layer.outChannels : 0,
    bytes: layer.weightsBytes,
    macs: (macsPerRow(layer, rates[index + 1]) * MODEL_SAMPLE_RATE_HZ) / rates[index + 1].samplesPerRow,
  }));
  const counts = parameterCountsOf(model);
  const bits = new Map(layers.map((layer) => [layer.name, layer.bits]));
  const memoryPlan = model.plan.map(({ offset, capacityRows, keptOffset, keptRows }, tensor) => ({
    tensor: tensor === 0 ? "input" : model.layers[tensor - 1].name,
    offset,
    capacityRows,
    bytes: capacityRows * rowBytes(model, tensor),
    keptOffset,
    keptRows,
    keptBytes: keptRows * rowBytes(model, tensor),
  }));
  return {
    name: model.metadata.name,
    classes: model.classes,
    layers,
    parameters: counts.total,
    meanBits: meanBitsOf(model),
    compression: compressionRatios(
      counts,
      bits,
      model.bytes.length,
      engineBytes,
      wholeParameters(model.metadata.training),
    ),
    macsPerSecond: sum(layers.map((layer) => layer.macs)),
    receptiveFieldMs: receptiveFieldSamples(model, rates) * MS_PER_SAMPLE,
    lookAheadMs: model.lookAheadSamples * MS_PER_SAMPLE,
    hopMs: (model.windowSamples || model.budget.hopSamples) * MS_PER_SAMPLE,
    ramBytes: engine.ramBytes,
    arenaBytes: Math.max(
      ...memoryPlan.map((place) => Math.max(place.offset + place.bytes, place.keptOffset + place.keptBytes)),
    ),
    flashBytes: model.bytes.length,
    budget: model.budget,
    memoryPlan,
    metadata: model.metadata,
  };
}

function bitsOf({ grid, bits }: ModelLayer): number {
  return grid === "ternary" ? TERNARY_BITS : bits;
}

/** Computes the mean bits of a rung's weights, without biases. */
export function meanBitsOf({ layers }: ModelFile): number {
  return sum(layers.map((layer) => layer.weights * bitsOf(layer))) / sum(layers.map((layer) => layer.weights));
}

/** Counts the parameters of the float network, as the metadata states them; without these, those of the folded network. */
function parameterCountsOf(model: ModelFile): ParameterCounts {
  const stated = MetadataSchema.shape.parameters.safeParse(model.metadata.parameters);
  const weighted = model.layers.filter(({ weights }) => weights > 0);
  if (stated.success && stated.data.named.length === weighted.length) {
    const { total, named } = stated.data;
    return { total, named: Object.fromEntries(weighted.map(({ name }, index) => [name, named[index]])) };
  }
  return {
    total: sum(weighted.map(({ weights, outChannels }) => weights + outChannels)),
    named: Object.fromEntries(weighted.map(({ name, weights }) => [name, weights])),
  };
}

/** The density of a tensor's rows in time. */
interface TensorRate {
  readonly samplesPerRow: number;
  /** Rows of a full sequence after a window, and samples from one sequence to the next; null before the window. */
  readonly sequence: { readonly rows: number; readonly hopSamples: number } | null;
}

function tensorRates(model: ModelFile): readonly TensorRate[] {
  const rates: TensorRate[] = [{ samplesPerRow: 1, sequence: null }];
  for (const layer of model.layers) rates.push(rateAfter(layer, rates[layer.inputs[0]], model.windowSamples));
  return rates;
}

function rateAfter(layer: ModelLayer, { samplesPerRow, sequence }: TensorRate, windowSamples: number): TensorRate {
  const { kernel, stride, padLeft, padRight } = layer;
  const op: string = layer.op;
  if (op !== "window" && sequence === null) return { samplesPerRow: samplesPerRow * stride, sequence };
  const hopSamples = sequence?.hopSamples ?? (windowSamples || samplesPerRow * stride);
  const rows = sequence ? Math.floor((sequence.rows + padLeft + padRight - kernelSpan(layer)) / stride) + 1 : kernel;
  return { samplesPerRow: hopSamples / rows, sequence: { rows, hopSamples } };
}

/** Counts the MACs of a row. A row of attention meets each row of its sequence twice, as key and as value. */
function macsPerRow(layer: ModelLayer, { sequence }: TensorRate): number {
  const { weights, outChannels } = layer;
  const op: string = layer.op;
  return op === "attention" ? 2 * (sequence?.rows ?? 0) * outChannels : weights;
}

function rowBytes(model: ModelFile, tensor: number): number {
  if (tensor === 0) return 2;
  const { outChannels, outType } = model.layers[tensor - 1];
  return outChannels * (outType === "int8" ? 1 : 2);
}

/** Counts the input samples that a row before the head sees. A row after a window sees the whole window. */
function receptiveFieldSamples(model: ModelFile, rates: readonly TensorRate[]): number {
  const reach = [{ first: 0, last: 0 }];
  for (const layer of model.layers) {
    const inputs = layer.inputs.map((tensor) => reach[tensor]);
    const step = rates[layer.inputs[0]].samplesPerRow;
    if (HEADS.has(layer.op)) {
      const rows = layer.op === "window" ? layer.kernel : 1;
      return inputs[0].last - inputs[0].first + 1 + (rows - 1) * step;
    }
    reach.push({
      first: Math.min(...inputs.map(({ first }) => first)) - layer.padLeft * step,
      last: Math.max(...inputs.map(({ last }) => last)) + (kernelSpan(layer) - 1 - layer.padLeft) * step,
    });
  }
  throw new RangeError(`model ${model.metadata.name} has no head`);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
