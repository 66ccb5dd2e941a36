import { engineBytes } from "../../host/index.ts";
import type { ConditionedRecord } from "../data/record.ts";
import { pack } from "../export/pack.ts";
import type { QuantizedNetwork } from "../export/quantized-network.ts";
import { packSealed } from "../export/seal.ts";
import type { FloatModel } from "../graph/model.ts";
import { type CompressionReport, compressionReport } from "./compression-report.ts";
import { argmax } from "./divergence.ts";
import { type Criterion, lossOf, measureOutcome } from "./engine-loss.ts";
import { EVEN_IMPORTANCE, type ImportanceWeights, rankLayers } from "./importance.ts";
import { orderLayers, type SearchOrder, type SearchResult, type SearchStep, searchWidths } from "./laq.ts";
import { foldedValues } from "./layer-weights.ts";
import { errorLimits, type Polarity, sharedLimits } from "./loss-limits.ts";
import { DEFAULT_QUANTIZATION, type QuantizationOptions, QuantizationState } from "./quantization-state.ts";
import { type SelectionCrop, selectCrops, withFloatLogits } from "./selection-set.ts";
import { BIT_WIDTHS, SEARCH_WIDTHS, type Width } from "./width.ts";

export interface LaqOptions {
  readonly criterion: Criterion;
  readonly polarity: Polarity;
  readonly order: SearchOrder;
  readonly importance: ImportanceWeights;
  readonly menu: readonly Width[];
  /** "kl": nats that the whole network may diverge from the float one, margin included. */
  readonly divergenceBudget: number;
  /** "kl": standard errors added to a measured mean. */
  readonly margin: number;
  /** "errors": the paper's T_margin. */
  readonly gamma: number;
  readonly maxEvaluations?: number;
  readonly maxSeconds?: number;
}

export type CompressionMethod = { readonly kind: "fixed"; readonly width: Width } | ({ readonly kind: "laq" } & LaqOptions);

/** Defaults of a criterion: notes on each stand at LaqOptions. The paper's has all bit widths, the smooth one a floor. */
export function laqMethod(criterion: Criterion = "kl", changes: Partial<LaqOptions> = {}): CompressionMethod {
  return {
    kind: "laq", criterion, polarity: criterion === "kl" ? "conservative" : "eq3", order: "importanceDescending",
    importance: EVEN_IMPORTANCE, menu: criterion === "kl" ? SEARCH_WIDTHS : BIT_WIDTHS,
    divergenceBudget: 0.02, margin: 1, gamma: 1e-4, ...changes,
  };
}

export interface CompressionRequest {
  readonly model: FloatModel;
  /** The selection set: never the set that results are reported on. */
  readonly records: readonly ConditionedRecord[];
  readonly method: CompressionMethod;
  readonly seed: number;
  readonly quantization?: QuantizationOptions;
  /** Crops that candidates are judged by (default 128) and that ranges and statistics are taken from (32). */
  readonly selectionCrops?: number;
  readonly calibrationCrops?: number;
  readonly onStep?: (step: SearchStep) => void;
}

export interface Compressed {
  /** The `.qhb` file, sealed. */
  readonly file: Uint8Array;
  readonly network: QuantizedNetwork;
  readonly widths: ReadonlyMap<string, Width>;
  readonly report: CompressionReport;
}

/** Compresses a float model to a `.qhb` file. The same request gives the same file, unless a search runs out of seconds. */
export async function compress(request: CompressionRequest): Promise<Compressed> {
  const { model, method } = request;
  const crops = withFloatLogits(
    model, selectCrops(request.records, model.graph, request.selectionCrops ?? 128, request.seed));
  const calibration = selectCrops(request.records, model.graph, request.calibrationCrops ?? 32, request.seed + 1);
  const start = method.kind === "fixed" ? method.width : method.menu[method.menu.length - 1];
  const state = new QuantizationState(
    model, calibration.map((crop) => crop.samples), start, request.quantization ?? DEFAULT_QUANTIZATION);
  const search = method.kind === "laq" ? await searchLaq(state, crops, method, request.onStep) : null;
  const widths = search?.widths ?? new Map([...state.layers.keys()].map((name) => [name, start] as const));
  const network = state.network();
  const outcome = await measureOutcome(pack(network), crops);
  const engineSize = (await engineBytes("scalar")).length;
  const describe = (fileBytes: number) =>
    compressionReport({ graph: model.graph, method, widths, search, outcome, crops, fileBytes, engineBytes: engineSize, seed: request.seed });
  const facts = {
    training: JSON.parse(JSON.stringify(model.facts)),
    compression: JSON.parse(JSON.stringify(describe(0).method)),
  };
  const file = await packSealed(network, { facts });
  return { file, network, widths, report: describe(file.length) };
}

async function searchLaq(
  state: QuantizationState, crops: readonly SelectionCrop[], method: LaqOptions, onStep?: (step: SearchStep) => void,
): Promise<SearchResult> {
  const { criterion, polarity, margin, menu } = method;
  const ranked = orderLayers(
    rankLayers(new Map([...state.layers].map(([name, layer]) => [name, foldedValues(layer)])), method.importance), method.order);
  const measure = async (network: QuantizedNetwork, limit: number) => {
    const outcome = await measureOutcome(pack(network), crops, (partial) => lossOf(partial, criterion, margin) > limit);
    return outcome.complete ? lossOf(outcome, criterion, margin) : Number.POSITIVE_INFINITY;
  };
  const floatErrors = crops.filter((crop) => argmax(crop.floatLogits) !== crop.classIndex).length;
  const limits = criterion === "errors"
    ? errorLimits(ranked, polarity, crops.length, floatErrors, method.gamma)
    : sharedLimits(ranked, polarity, await measure(state.network(), Number.POSITIVE_INFINITY), method.divergenceBudget);
  return searchWidths({
    measure: (name, width, limit) => measure(state.network({ name, width }), limit),
    choose: (name, width) => state.choose(name, width),
  }, {
    layers: ranked, menu, limits, onStep, maxEvaluations: method.maxEvaluations, maxSeconds: method.maxSeconds,
    finalLimit: criterion === "kl" ? method.divergenceBudget : Math.max(...limits.values()),
  });
}
