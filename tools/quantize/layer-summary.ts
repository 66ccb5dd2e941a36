import type { QuantizedNetwork } from "../export/quantized-network.ts";
import { foldedValues, layerWeights } from "../forward/layer-weights.ts";
import type { FloatModel } from "../graph/model.ts";
import { dequantize } from "./quantizers/dequantize.ts";
import { type RankedLayer, rankLayers } from "./search/importance.ts";
import type { Width } from "./width.ts";

/** A layer before and after compression, for the report. */
export interface LayerSummary extends RankedLayer {
  readonly width: Width;
  readonly histogram: WeightHistogram;
}

/** Counts of weights, batch norm folded, in `HISTOGRAM_BINS` equal bins from -limit to limit; the middle bin holds 0. */
interface WeightHistogram {
  /** The largest magnitude of all weights, before and after. */
  readonly limit: number;
  readonly before: readonly number[];
  readonly after: readonly number[];
}

export const HISTOGRAM_BINS = 41;

/** Summarizes every conv and dense layer that has a width, in the order of the network, with the paper's importance. */
export function summarizeLayers(
  model: FloatModel,
  network: QuantizedNetwork,
  widths: ReadonlyMap<string, Width>,
): readonly LayerSummary[] {
  const folded = new Map([...layerWeights(model)].map(([name, layer]) => [name, foldedValues(layer)] as const));
  return rankLayers(folded).flatMap((layer) => {
    const width = widths.get(layer.name);
    if (width === undefined) return [];
    const before = folded.get(layer.name) as Float32Array;
    const weights = network.weights.get(layer.name);
    return [{ ...layer, width, histogram: histogramOf(before, weights ? dequantize(weights) : new Float32Array()) }];
  });
}

function histogramOf(before: Float32Array, after: Float32Array): WeightHistogram {
  const limit = [before, after].reduce(
    (most, values) => values.reduce((m, value) => Math.max(m, Math.abs(value)), most),
    0,
  );
  return { limit, before: countBins(before, limit), after: countBins(after, limit) };
}

function countBins(values: Float32Array, limit: number): readonly number[] {
  const counts = new Array<number>(HISTOGRAM_BINS).fill(0);
  const perBin = limit > 0 ? HISTOGRAM_BINS / (2 * limit) : 0;
  for (const value of values) counts[Math.min(HISTOGRAM_BINS - 1, Math.floor((value + limit) * perBin))]++;
  return counts;
}
