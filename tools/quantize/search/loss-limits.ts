import type { RankedLayer } from "./importance.ts";

/**
 * What a layer's importance does to its tolerance. "eq3": the paper's formula, by which the floor A0 - gamma * I falls
 * as importance rises; "conservative": the paper's text, by which important layers are treated with more care.
 */
export type Polarity = "eq3" | "conservative";

/** Tolerance of each layer before scaling: I, or how far I is below the largest. */
function tolerances(layers: readonly RankedLayer[], polarity: Polarity): readonly number[] {
  if (polarity === "eq3") return layers.map((layer) => layer.importance);
  const largest = Math.max(...layers.map((layer) => layer.importance));
  return layers.map((layer) => largest - layer.importance);
}

/**
 * Eq. 3 in whole errors: with a layer quantized the selection set may show floor(N * (1 - A0 + gamma * t) + 1e-9)
 * errors.
 * @param errors of the float network among `records`
 */
export function errorLimits(
  layers: readonly RankedLayer[],
  polarity: Polarity,
  records: number,
  errors: number,
  gamma: number,
): ReadonlyMap<string, number> {
  const tolerance = tolerances(layers, polarity);
  return new Map(
    layers.map((layer, index) => [layer.name, Math.floor(errors + records * gamma * tolerance[index] + 1e-9)]),
  );
}

/**
 * What a tolerance too small for the selection set comes to, as a sentence; null where it allows a layer one error or more.
 */
export function toleranceNote(
  layers: readonly RankedLayer[],
  polarity: Polarity,
  records: number,
  gamma: number,
): string | null {
  const tolerance = gamma * Math.max(...tolerances(layers, polarity));
  if (records * tolerance >= 1) return null;
  return (
    `gamma ${gamma} tolerates ${tolerance.toPrecision(2)} of accuracy at most, less than one of ${records} crops ` +
    `(${(1 / records).toPrecision(2)}): no layer may cost one more error, whatever alpha, beta and gamma are`
  );
}

/**
 * The same idea for a smooth loss: a total budget is shared out in proportion to the tolerances, and what a layer
 * leaves the next ones may use. Each limit is for the whole network after that layer, in the order of the search.
 * @param start loss before the first layer @param budget loss after the last
 */
export function sharedLimits(
  ordered: readonly RankedLayer[],
  polarity: Polarity,
  start: number,
  budget: number,
): ReadonlyMap<string, number> {
  const tolerance = tolerances(ordered, polarity);
  const total = tolerance.reduce((sum, value) => sum + value, 0);
  let spent = 0;
  return new Map(
    ordered.map((layer, index) => {
      // Layers of equal importance share evenly, whatever the polarity.
      spent += total > 0 ? tolerance[index] / total : 1 / ordered.length;
      return [layer.name, start + Math.max(0, budget - start) * spent];
    }),
  );
}
