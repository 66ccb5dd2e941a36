import type { Comparison } from "../evaluate/comparison.ts";
import { type CompressionRatios, meanBits } from "../export/accounting.ts";
import type { Graph } from "../graph/graph.ts";
import type { CompressionMethod } from "./compression-method.ts";
import type { LayerSummary } from "./layer-summary.ts";
import type { Outcome } from "./loss/engine-loss.ts";
import type { SearchResult } from "./search/scan.ts";
import { bitsOf, type Width } from "./width.ts";

/** The facts of a compression that a model file may state. */
interface CompressionFacts {
  readonly method: CompressionMethod;
  readonly seed: number;
  readonly widths: Readonly<Record<string, Width>>;
  /** Mean bits of the conv and dense weights. */
  readonly meanBits: number;
  /** Measured on the engine, on the crops that the search saw: a result to report comes from other records. */
  readonly selection: Outcome & { readonly floatErrors: number };
}

/** The facts of a compression with the size of its file and the course of its search. */
export interface CompressionReport extends CompressionFacts {
  readonly fileBytes: number;
  readonly ratios: CompressionRatios;
  /** Null where no widths were searched. A refused step that stopped early has the loss Infinity. */
  readonly search: SearchResult | null;
}

/** The history of one model file: `compress --report` writes it as report.json, and `qhubert report` draws it. */
export interface CompressionDocument extends Omit<CompressionReport, "search"> {
  readonly kind: "compression";
  readonly command: string;
  readonly model: {
    readonly name: string;
    readonly classes: readonly string[];
    /** Trainable parameters of the float network. */
    readonly parameters: number;
    readonly file: string;
    readonly sha256: string;
  };
  readonly out: { readonly file: string; readonly sha256: string };
  readonly data: { readonly dataset: string; readonly split: object };
  readonly layers: readonly LayerSummary[];
  readonly search: Omit<SearchResult, "widths"> | null;
  readonly validation: Comparison;
  /** The comparison on the test share; missing where nobody looked at it. */
  readonly test?: Comparison;
}

/** Collects the facts of a compression. */
export function compressionFacts(made: {
  readonly graph: Graph;
  readonly method: CompressionMethod;
  readonly seed: number;
  readonly widths: ReadonlyMap<string, Width>;
  readonly outcome: Outcome;
  readonly floatErrors: number;
}): CompressionFacts {
  return {
    method: made.method,
    seed: made.seed,
    widths: Object.fromEntries(made.widths),
    meanBits: meanBits(made.graph, bitsOf(made.widths)),
    selection: { ...made.outcome, floatErrors: made.floatErrors },
  };
}
