import { engineBytes } from "../../host/index.ts";
import type { ConditionedRecord } from "../data/record.ts";
import { compressionRatios, parameterCounts, wholeParameters } from "../export/accounting.ts";
import { requireEngineNodes } from "../export/engine-node.ts";
import { pack } from "../export/pack.ts";
import type { QuantizedNetwork } from "../export/quantized-network.ts";
import { packSealed } from "../export/seal.ts";
import { networkTiming } from "../export/timing.ts";
import type { FloatModel } from "../graph/model.ts";
import type { CompressionMethod, LaqOptions } from "./compression-method.ts";
import { type CompressionReport, compressionFacts } from "./compression-report.ts";
import { lossOf, measureOutcome } from "./engine-loss.ts";
import { fileFacts } from "./file-facts.ts";
import { rankLayers } from "./importance.ts";
import { orderLayers, type SearchResult, type SearchStep, searchWidths } from "./laq.ts";
import { lastDecisionAlone } from "./last-decision.ts";
import { foldedValues } from "./layer-weights.ts";
import { errorLimits, sharedLimits } from "./loss-limits.ts";
import { DEFAULT_QUANTIZATION, type QuantizationOptions, QuantizationState } from "./quantization-state.ts";
import { floatErrors, type SelectionCrop, selectCrops, withFloatLogits } from "./selection-set.ts";
import { bitsOf, type Width } from "./width.ts";

export interface CompressionRequest {
  readonly model: FloatModel;
  /** The selection set: never the set that results are reported on. */
  readonly records: readonly ConditionedRecord[];
  readonly method: CompressionMethod;
  readonly seed: number;
  readonly quantization?: QuantizationOptions;
  /** Crops that candidates are judged by; default 128. */
  readonly selectionCrops?: number;
  /** Crops that activation ranges and batch-norm statistics come from; default 32. */
  readonly calibrationCrops?: number;
  readonly onStep?: (step: SearchStep) => void;
  /** Accuracy on records that no choice has seen, for the file's metadata; called once with the packed network. */
  readonly measureAccuracy?: (file: Uint8Array) => Promise<object>;
}

export interface Compressed {
  /** The `.qhb` file, sealed. */
  readonly file: Uint8Array;
  readonly network: QuantizedNetwork;
  readonly widths: ReadonlyMap<string, Width>;
  readonly report: CompressionReport;
}

/**
 * Compresses a float model to a `.qhb` file. The same request gives the same file, unless a search runs out of seconds.
 * Throws RangeError on a label that the model does not know, on no records, on weights
 * that are no numbers and on a node that the engine has no op for.
 */
export async function compress(request: CompressionRequest): Promise<Compressed> {
  const { model, method, records, seed } = request;
  requireEngineNodes(model.graph);
  const crops = withFloatLogits(model, selectCrops(records, model.graph, request.selectionCrops ?? 128, seed));
  const calibration = selectCrops(records, model.graph, request.calibrationCrops ?? 32, seed + 1);
  const start = method.kind === "fixed" ? method.width : method.menu[method.menu.length - 1];
  const state = new QuantizationState(
    model,
    calibration.map((crop) => crop.samples),
    start,
    request.quantization ?? DEFAULT_QUANTIZATION,
  );
  const search = method.kind === "laq" ? await searchLayers(state, crops, method, request.onStep) : null;
  const widths = search?.widths ?? new Map([...state.layers.keys()].map((name) => [name, start] as const));
  const network = state.network();
  const candidate = pack(network);
  const outcome = await measureOutcome(candidate, crops);
  const accuracy = (await request.measureAccuracy?.(candidate)) ?? {};
  const facts = compressionFacts({
    graph: model.graph,
    method,
    seed,
    widths,
    outcome,
    floatErrors: floatErrors(crops),
  });
  const file = await packSealed(network, {
    facts: fileFacts({ training: model.facts, compression: facts, accuracy }),
  });
  const ratios = compressionRatios(
    parameterCounts(model.graph),
    bitsOf(widths),
    file.length,
    (await engineBytes("scalar")).length,
    wholeParameters(model.facts),
  );
  return { file, network, widths, report: { ...facts, fileBytes: file.length, ratios, search } };
}

async function searchLayers(
  state: QuantizationState,
  crops: readonly SelectionCrop[],
  method: LaqOptions,
  onStep?: (step: SearchStep) => void,
): Promise<SearchResult> {
  const { criterion, polarity, margin, menu, maxEvaluations, maxSeconds } = method;
  const folded = new Map([...state.layers].map(([name, layer]) => [name, foldedValues(layer)]));
  const layers = orderLayers(rankLayers(folded, method.importance), method.order);
  const graph = lastDecisionAlone(state.graph, crops[0].samples.length);
  const { tickSamples } = networkTiming(state.graph);
  const measure = async (network: QuantizedNetwork, limit: number) => {
    const file = pack({ ...network, graph }, { tickSamples });
    const outcome = await measureOutcome(file, crops, (partial) => lossOf(partial, criterion, margin) > limit);
    return outcome.complete ? lossOf(outcome, criterion, margin) : Number.POSITIVE_INFINITY;
  };
  const limits =
    criterion === "errors"
      ? errorLimits(layers, polarity, crops.length, floatErrors(crops), method.gamma)
      : sharedLimits(
          layers,
          polarity,
          await measure(state.network(), Number.POSITIVE_INFINITY),
          method.divergenceBudget,
        );
  const target = {
    measure: (name: string, width: Width, limit: number) => measure(state.network({ name, width }), limit),
    choose: (name: string, width: Width) => state.choose(name, width),
  };
  const finalLimit = criterion === "errors" ? Math.max(...limits.values()) : method.divergenceBudget;
  return searchWidths(target, { layers, menu, limits, finalLimit, onStep, maxEvaluations, maxSeconds });
}
