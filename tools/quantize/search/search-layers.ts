import type { LaqOptions } from "../compression-method.ts";
import { floatErrors } from "../loss/selection-set.ts";
import { uniformWidths, type Widths, withWidth } from "../width.ts";
import { balanceWidths } from "./balance.ts";
import type { Candidates } from "./candidates.ts";
import type { RankedLayer } from "./importance.ts";
import { IMPORTANCE_MEASURES } from "./importance-measures.ts";
import { errorLimits, sharedLimits, toleranceNote } from "./loss-limits.ts";
import { orderLayers, searchWidths } from "./scan.ts";
import type { SearchBudget, SearchResult, SearchTarget } from "./search-run.ts";
import { weightBytes } from "./weight-bytes.ts";
import type { Tried } from "./width-outcomes.ts";

/** The most crops that gradients are taken over: they go through the network as one batch. */
const GRADIENT_CROPS = 64;

/** Chooses a width for every layer by LAQ, the scan or the balance. Throws RangeError on a menu without a width. */
export async function searchLayers(
  candidates: Candidates,
  method: LaqOptions,
  onStep?: SearchBudget["onStep"],
): Promise<SearchResult> {
  const { criterion, margin, menu, divergenceBudget, maxEvaluations, maxSeconds } = method;
  if (menu.length === 0) throw new RangeError("a menu without a width leaves nothing to choose from");
  const target = searchTarget(candidates, { criterion, margin });
  const { screeningCrops } = method;
  if (2 * screeningCrops <= candidates.crops.length) target.estimate = estimateOn(candidates, method);
  const budget = { maxEvaluations, maxSeconds, onStep };
  if (method.search === "scan") return scan(candidates, target, method, budget);
  const { state, crops } = candidates;
  const limit = criterion === "errors" ? floatErrors(crops) : divergenceBudget;
  const bytesOf = weightBytes(state.graph, state.layers);
  return balanceWidths(target, { ...budget, layers: [...state.layers.keys()], menu, limit, bytesOf });
}

/** Makes the target of a search: candidates measured by one number each. */
export function searchTarget(
  { state, outcomes }: Candidates,
  loss: Pick<LaqOptions, "criterion" | "margin">,
): SearchTarget {
  return {
    measure: (widths: Widths, limit: number, tried: Tried) => outcomes.loss(widths, { ...loss, limit }, tried),
    settle: (widths: Widths) => state.settle(widths),
    get spent() {
      return outcomes.spent;
    },
  };
}

/** Estimates losses on the first crops alone. */
function estimateOn(
  { outcomes }: Candidates,
  { criterion, margin, screeningCrops: crops }: LaqOptions,
): SearchTarget["estimate"] {
  const limit = { criterion, margin, limit: Number.POSITIVE_INFINITY, crops };
  return (widths, tried) => outcomes.loss(widths, limit, tried);
}

async function scan(
  candidates: Candidates,
  target: SearchTarget,
  method: LaqOptions,
  budget: SearchBudget,
): Promise<SearchResult> {
  const { crops, state, onNote } = candidates;
  const { criterion, polarity, gamma, divergenceBudget, menu, squeezeRounds } = method;
  const layers = orderLayers(await rank(candidates, target, method), method.order);
  const widest = menu[menu.length - 1];
  const start = uniformWidths(state.layers.keys(), widest);
  const limits =
    criterion === "errors"
      ? errorLimits(layers, polarity, crops.length, floatErrors(crops), gamma)
      : sharedLimits(
          layers,
          polarity,
          await target.measure(start, Number.POSITIVE_INFINITY, { layer: null, width: widest }),
          divergenceBudget,
        );
  const note = criterion === "errors" && toleranceNote(layers, polarity, crops.length, gamma);
  if (note) onNote(note);
  const finalLimit = criterion === "errors" ? Math.max(...limits.values()) : divergenceBudget;
  return searchWidths(target, { ...budget, layers, menu, limits, finalLimit, squeezeRounds });
}

function rank(
  { model, state, crops, calibration, gradient }: Candidates,
  target: SearchTarget,
  { importance, importanceWeights, menu }: LaqOptions,
): Promise<readonly RankedLayer[]> {
  const [low] = menu;
  const wide = uniformWidths(state.layers.keys(), menu[menu.length - 1]);
  return IMPORTANCE_MEASURES[importance]({
    model,
    layers: state.layers,
    weights: importanceWeights,
    calibration,
    gradientAt: gradient?.(crops.slice(0, GRADIENT_CROPS)) ?? null,
    lowIntegers: (layer) => state.integersOf(layer, low),
    divergenceAlone: (layer) =>
      target.measure(withWidth(wide, layer, low), Number.POSITIVE_INFINITY, { layer, width: low }),
  });
}
