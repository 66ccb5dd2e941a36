export type Schedule =
  | { readonly kind: "plateau"; readonly factor: number; readonly patience: number }
  | { readonly kind: "oneCycle"; readonly warmupShare: number };

/** The state of a plateau schedule between epochs. */
export interface PlateauState {
  readonly scale: number;
  readonly best: number;
  readonly epochsWithoutGain: number;
}

export const INITIAL_PLATEAU: PlateauState = { scale: 1, best: Number.NEGATIVE_INFINITY, epochsWithoutGain: 0 };

/** ReduceLROnPlateau: the rate shrinks by `factor` after `patience` validations in a row that bring no better metric. */
export function afterEpoch(schedule: Schedule, state: PlateauState, metric: number | null): PlateauState {
  if (schedule.kind !== "plateau" || metric === null) return state;
  if (metric > state.best) return { ...state, best: metric, epochsWithoutGain: 0 };
  if (state.epochsWithoutGain + 1 < schedule.patience)
    return { ...state, epochsWithoutGain: state.epochsWithoutGain + 1 };
  return { ...state, scale: state.scale * schedule.factor, epochsWithoutGain: 0 };
}

/**
 * The learning rate of a step. One-cycle (Smith and Topin 2018): up from peak/25 over the warm-up, then down to
 * peak/1000 by the last step, each on half a cosine.
 */
export function learningRate(
  schedule: Schedule,
  state: PlateauState,
  peak: number,
  step: number,
  totalSteps: number,
): number {
  if (schedule.kind === "plateau") return peak * state.scale;
  const warmup = Math.max(1, schedule.warmupShare * totalSteps);
  if (step < warmup) return cosine(peak / 25, peak, step / warmup);
  return cosine(peak, peak / 1000, (step - warmup) / Math.max(1, totalSteps - warmup));
}

function cosine(from: number, to: number, share: number): number {
  return to + (from - to) * 0.5 * (1 + Math.cos(Math.PI * Math.min(1, share)));
}
