import { engineBytes } from "qhubert-engine";
import { type CompressionRatios, compressionRatios, parameterCounts, wholeParameters } from "../export/accounting.ts";
import type { QuantizedNetwork } from "../export/quantized-network.ts";
import { packSealed } from "../export/seal.ts";
import type { CompressionMethod } from "./compression-method.ts";
import { type CompressionReport, compressionFacts } from "./compression-report.ts";
import { fileFacts } from "./file-facts.ts";
import { UNLIMITED } from "./loss/engine-loss.ts";
import { floatErrors } from "./loss/selection-set.ts";
import { DEFAULT_QUANTIZATION, type StartingPoint } from "./quantization-state.ts";
import { type CandidateOptions, type Candidates, openCandidates } from "./search/candidates.ts";
import { searchLayers } from "./search/search-layers.ts";
import type { SearchStep } from "./search/search-run.ts";
import { trainedIntegers } from "./trained-integers.ts";
import { bitsOf, type Width, type Widths } from "./width.ts";

export interface CompressionRequest extends CandidateOptions {
  readonly method: CompressionMethod;
  readonly onStep?: (step: SearchStep) => void;
  /** Measures the packed network on records that no choice has seen, for the file's metadata; called once. */
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
 * Compresses a float model to a `.qhb` file. The same request gives the same file, however many workers it has and however
 * often it was interrupted, unless a search runs out of seconds. Throws as `openCandidates` and `searchLayers`, and for "trained"
 * as `trainedLevels`.
 */
export async function compress(request: CompressionRequest): Promise<Compressed> {
  const { method, seed } = request;
  const candidates = openCandidates(withMethod(request), startOf(request), courseOf(method));
  try {
    const { state, crops } = candidates;
    const search = method.kind === "laq" ? await searchLayers(candidates, method, request.onStep) : null;
    const widths = search?.widths ?? state.widths;
    const [width] = widths.values();
    const outcome = await candidates.outcomes.outcome(widths, UNLIMITED, { layer: null, width });
    const facts = compressionFacts({
      graph: state.graph,
      method,
      seed,
      widths,
      outcome,
      floatErrors: floatErrors(crops),
    });
    const packed = await packWidths(candidates, widths, facts, request.measureAccuracy);
    return { ...packed, widths, report: { ...facts, fileBytes: packed.file.length, ratios: packed.ratios, search } };
  } finally {
    await candidates.close();
  }
}

/** The most crops, one a record, that measure the loss of a method that chooses nothing by it. */
const UNCHOSEN_CROPS = 128;

/** Adds what a method implies: a network trained on its integers keeps the batch-norm statistics of its training. */
function withMethod({ quantization = DEFAULT_QUANTIZATION, ...request }: CompressionRequest): CandidateOptions {
  const { kind } = request.method;
  const unchosen = Math.min(UNCHOSEN_CROPS, request.records.length);
  return {
    ...request,
    quantization: kind === "trained" ? { ...quantization, reestimateBatchNorm: false } : quantization,
    selectionCrops: request.selectionCrops ?? (kind === "laq" ? undefined : unchosen),
  };
}

function startOf({ model, method }: CompressionRequest): StartingPoint {
  if (method.kind === "trained") return trainedIntegers(model);
  return method.kind === "fixed" ? method.width : method.menu[method.menu.length - 1];
}

/** Packs the network at some widths into a sealed file that states how it was made and how accurate it is. */
export async function packWidths(
  { model, state }: Candidates,
  widths: Widths,
  facts: object,
  measureAccuracy?: CompressionRequest["measureAccuracy"],
): Promise<{ file: Uint8Array; network: QuantizedNetwork; ratios: CompressionRatios }> {
  const network = state.network(widths);
  const file = await packSealed(network, {
    facts: async (unsealed) => {
      const accuracy = (await measureAccuracy?.(unsealed)) ?? {};
      return fileFacts({ training: model.facts, compression: facts, accuracy });
    },
  });
  const ratios = compressionRatios(
    parameterCounts(model.graph),
    bitsOf(widths),
    file.length,
    (await engineBytes("scalar")).length,
    wholeParameters(model.facts),
  );
  return { file, network, ratios };
}

/** The options that a search's course depends on: the budget may change when the search goes on. */
function courseOf(method: CompressionMethod): object {
  return { ...method, maxEvaluations: undefined, maxSeconds: undefined };
}
