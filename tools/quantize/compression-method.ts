import type { Criterion } from "./engine-loss.ts";
import { EVEN_IMPORTANCE, type ImportanceWeights } from "./importance.ts";
import type { SearchOrder } from "./laq.ts";
import type { Polarity } from "./loss-limits.ts";
import { BIT_WIDTHS, parseWidth, SEARCH_WIDTHS, type Width } from "./width.ts";

export interface LaqOptions {
  readonly criterion: Criterion;
  readonly polarity: Polarity;
  readonly order: SearchOrder;
  readonly importance: ImportanceWeights;
  /** Ascending; the search begins with every layer at the last. */
  readonly menu: readonly Width[];
  /** "kl": nats that the whole network may diverge from the float one, margin included. */
  readonly divergenceBudget: number;
  /** "kl": standard errors added to a measured mean. */
  readonly margin: number;
  /** "errors": gamma of eq. 3; the paper's T_margin. */
  readonly gamma: number;
  readonly maxEvaluations?: number;
  readonly maxSeconds?: number;
}

/** One width for every layer, the search, or the integers that the model was fine-tuned on. */
export type CompressionMethod =
  | { readonly kind: "fixed"; readonly width: Width }
  | { readonly kind: "trained" }
  | ({ readonly kind: "laq" } & LaqOptions);

/**
 * The search with the defaults of its criterion: the paper's rule taken literally, or a smooth loss with a floor of 2
 * bits.
 */
export function laqMethod(criterion: Criterion = "kl", changes: Partial<LaqOptions> = {}): CompressionMethod {
  const smooth = criterion === "kl";
  return {
    kind: "laq",
    criterion,
    polarity: smooth ? "conservative" : "eq3",
    order: "importanceDescending",
    importance: EVEN_IMPORTANCE,
    menu: smooth ? SEARCH_WIDTHS : BIT_WIDTHS,
    divergenceBudget: 0.005,
    margin: 1,
    gamma: 1e-4,
    ...changes,
  };
}

/** Reads "fixed:B" (B is 1 to 8 or ternary), "laq" or "trained". Throws RangeError on anything else. */
export function parseMethod(text: string, criterion: Criterion = "kl"): CompressionMethod {
  if (text === "laq") return laqMethod(criterion);
  if (text === "trained") return { kind: "trained" };
  if (text.startsWith("fixed:")) return { kind: "fixed", width: parseWidth(text.slice("fixed:".length)) };
  throw new RangeError(`a method is fixed:B, laq or trained, found "${text}"`);
}
