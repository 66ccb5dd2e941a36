import type { Criterion } from "./loss/engine-loss.ts";
import { EVEN_IMPORTANCE, type ImportanceWeights } from "./search/importance.ts";
import type { ImportanceName } from "./search/importance-measures.ts";
import type { Polarity } from "./search/loss-limits.ts";
import type { SearchOrder } from "./search/scan.ts";
import { BIT_WIDTHS, bitsPerWeight, parseWidth, SEARCH_WIDTHS, type Width } from "./width.ts";

/**
 * The two searches of LAQ. "scan": the paper's, layer by layer in the order of importance. "balance": by loss a byte, from a uniform
 * width.
 */
export const SEARCH_KINDS = ["scan", "balance"] as const;
type SearchKind = (typeof SEARCH_KINDS)[number];

export interface LaqOptions {
  readonly criterion: Criterion;
  readonly search: SearchKind;
  /** "scan": the effect of a layer's importance on its limit. */
  readonly polarity: Polarity;
  /** "scan": the order of the layers. */
  readonly order: SearchOrder;
  readonly importance: ImportanceName;
  /** alpha and beta of "weighted". */
  readonly importanceWeights: ImportanceWeights;
  /** "scan": passes for narrower widths at the end, at most. */
  readonly squeezeRounds: number;
  /** Ascending; a scan begins with every layer at the last. */
  readonly menu: readonly Width[];
  /** "kl": nats that the whole network may diverge from the float one, margin included. */
  readonly divergenceBudget: number;
  /** "kl": standard errors added to a measured mean. */
  readonly margin: number;
  /** "errors": gamma of eq. 3; the paper's T_margin. */
  readonly gamma: number;
  /**
   * "balance": crops that steps are compared on; a step that is taken is measured on all crops. Where there are fewer than twice as
   * many crops, steps are compared on all of them.
   */
  readonly screeningCrops: number;
  readonly maxEvaluations?: number;
  readonly maxSeconds?: number;
}

/** A choice of widths: one for every layer, a search, or the widths that the model was fine-tuned at. */
export type CompressionMethod =
  | { readonly kind: "fixed"; readonly width: Width }
  | { readonly kind: "trained" }
  | ({ readonly kind: "laq" } & LaqOptions);

/**
 * Makes a search with the defaults of its criterion. "errors" has the paper's rule, taken literally; "kl" has a smooth loss and the
 * search that does not rest on an order of layers.
 */
export function laqMethod(
  criterion: Criterion = "kl",
  changes: Partial<LaqOptions> = {},
): { readonly kind: "laq" } & LaqOptions {
  const smooth = criterion === "kl";
  return {
    kind: "laq",
    criterion,
    search: smooth ? "balance" : "scan",
    polarity: smooth ? "conservative" : "eq3",
    order: "importanceDescending",
    importance: "weighted",
    importanceWeights: EVEN_IMPORTANCE,
    squeezeRounds: 0,
    menu: smooth ? SEARCH_WIDTHS : BIT_WIDTHS,
    divergenceBudget: 0.005,
    margin: 1,
    gamma: 1e-4,
    screeningCrops: 250,
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

/** Reads "ternary,2,3" into a menu, ascending. Throws RangeError on a menu without a width and on one that names a width twice. */
export function parseMenu(text: string): readonly Width[] {
  const names = text.split(",").map((name) => name.trim());
  if (names.every((name) => name === "")) throw new RangeError("a menu without a width leaves nothing to choose from");
  const menu = names.map(parseWidth);
  if (new Set(menu).size < menu.length) throw new RangeError(`the menu "${text}" names a width twice`);
  return menu.sort((a, b) => bitsPerWeight(a) - bitsPerWeight(b));
}

/** Leaves out the widths of a menu below the floor. Throws RangeError where none is left. */
export function menuFrom(menu: readonly Width[], floor: Width): readonly Width[] {
  const left = menu.filter((width) => bitsPerWeight(width) >= bitsPerWeight(floor));
  if (left.length === 0) throw new RangeError(`a floor of ${floor} leaves no width of the menu ${menu.join(", ")}`);
  return left;
}
