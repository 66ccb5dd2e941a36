import type { Graph } from "../graph/graph.ts";
import { type CompressionRatios, compressionRatios, meanBits } from "./accounting.ts";
import type { CompressionMethod } from "./compress.ts";
import { argmax } from "./divergence.ts";
import type { Outcome } from "./engine-loss.ts";
import type { SearchResult } from "./laq.ts";
import type { SelectionCrop } from "./selection-set.ts";
import type { Width } from "./width.ts";

/** What a compression did: plain JSON. */
export interface CompressionReport {
  readonly method: CompressionMethod;
  readonly seed: number;
  readonly widths: Readonly<Record<string, Width>>;
  readonly meanBits: number;
  readonly fileBytes: number;
  readonly ratios: CompressionRatios;
  /** Measured on the engine, on the crops that the search used: not a result to report. */
  readonly selection: Outcome & { readonly floatErrors: number };
  /** Absent where nothing was searched. */
  readonly search?: Omit<SearchResult, "widths">;
}

export function compressionReport(made: {
  readonly graph: Graph;
  readonly method: CompressionMethod;
  readonly seed: number;
  readonly widths: ReadonlyMap<string, Width>;
  readonly search: SearchResult | null;
  readonly outcome: Outcome;
  readonly crops: readonly SelectionCrop[];
  readonly fileBytes: number;
  readonly engineBytes: number;
}): CompressionReport {
  const { graph, widths, search, fileBytes } = made;
  const floatErrors = made.crops.filter((crop) => argmax(crop.floatLogits) !== crop.classIndex).length;
  return {
    method: made.method,
    seed: made.seed,
    widths: Object.fromEntries(widths),
    meanBits: meanBits(graph, widths),
    fileBytes,
    ratios: compressionRatios(graph, widths, fileBytes, made.engineBytes),
    selection: { ...made.outcome, floatErrors },
    ...(search ? { search: searchFacts(search) } : {}),
  };
}

function searchFacts({ loss, unmet, steps, evaluations, complete }: SearchResult): Omit<SearchResult, "widths"> {
  return { loss, unmet, steps, evaluations, complete };
}
