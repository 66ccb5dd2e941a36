import type { RankedLayer } from "./importance.ts";

/**
 * Effects of a layer's importance on its tolerance. "eq3": the paper's formula, by which the floor A0 - gamma * I falls
 * as importance rises. "conservative": the paper's text, by which important layers are treated with more care.
 */
export const POLARITIES = ["eq3", "conservative"] as const;
export type Polarity = (typeof POLARITIES)[number];

/** Gives the tolerance of each layer before scaling: I, or the distance of I from the largest. */
function tolerances(layers: readonly RankedLayer[], polarity: Polarity): readonly number[] {
  if (polarity === "eq3") return layers.map((layer) => layer.importance);
  const largest = Math.max(...layers.map((layer) => layer.importance));
  return layers.map((layer) => largest - layer.importance);
}

/**
 * Gives the limits of eq. 3 in whole errors: with a layer quantized the selection set may show
 * floor(N * (1 - A0 + gamma * t) + 1e-9) errors.
 * @param records crops of the selection set, N @param errors errors of the float network among them
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

/** Writes a sentence about a tolerance that is too small for the selection set; null where it allows a layer an error. */
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
 * Gives the limits of a smooth loss: layers share a total budget in proportion to their tolerances, and later layers may use what a
 * layer leaves. Each limit is for the whole network after that layer, in the order of the search.
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
