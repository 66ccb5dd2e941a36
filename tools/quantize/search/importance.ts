/** A layer as the search sees it. */
export interface RankedLayer {
  readonly name: string;
  readonly weights: number;
  /** rho, the paper's PDI: the layer's share of all weights. */
  readonly density: number;
  /** delta, the paper's PVI: the variance of the layer's weights on a logarithmic scale, 1 for the largest. */
  readonly deviation: number;
  /** I = alpha * rho + beta * delta (eq. 2), or another measure in its place. */
  readonly importance: number;
}

export interface ImportanceWeights {
  readonly alpha: number;
  readonly beta: number;
}

/** Equal weights of density and deviation: the paper gives no values. */
export const EVEN_IMPORTANCE: ImportanceWeights = { alpha: 0.5, beta: 0.5 };

/**
 * Ranks layers by density and log-scaled variance of their weights, batch norm folded:
 * delta = log1p(v / least) / log1p(largest / least), `least` the least positive variance; 1 where all are equal.
 */
export function rankLayers(
  layers: ReadonlyMap<string, Float32Array>,
  { alpha, beta }: ImportanceWeights = EVEN_IMPORTANCE,
): readonly RankedLayer[] {
  const entries = [...layers].map(([name, values]) => ({ name, weights: values.length, variance: variance(values) }));
  const total = entries.reduce((sum, entry) => sum + entry.weights, 0);
  const positive = entries.map((entry) => entry.variance).filter((value) => value > 0);
  const least = Math.min(...positive);
  const largest = Math.max(...positive);
  return entries.map((entry) => {
    const density = entry.weights / total;
    const deviation = largest > least ? Math.log1p(entry.variance / least) / Math.log1p(largest / least) : 1;
    return {
      name: entry.name,
      weights: entry.weights,
      density,
      deviation,
      importance: alpha * density + beta * deviation,
    };
  });
}

function variance(values: Float32Array): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
}
