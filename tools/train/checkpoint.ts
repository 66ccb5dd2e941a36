import type { Tensor } from "../graph/model.ts";
import type { PlateauState } from "./recipe/schedule.ts";
import type { EpochRecord, TrainingState } from "./state.ts";

/** A training state as tensors and one JSON value: what a safetensors file holds. */
export interface Checkpoint {
  readonly tensors: ReadonlyMap<string, Tensor>;
  readonly facts: CheckpointFacts;
}

interface CheckpointFacts {
  readonly history: readonly EpochRecord[];
  readonly adamStep: number;
  /** A JSON number cannot be -Infinity: null before the first epoch. */
  readonly plateau: Omit<PlateauState, "best"> & { readonly best: number | null };
  readonly keptEpoch: number | null;
}

/** Each kind of tensor has its prefix. The tensors are not copied: write them before training goes on. */
export function packCheckpoint(state: TrainingState): Checkpoint {
  const tensors = new Map<string, Tensor>();
  for (const [key, tensor] of state.weights) tensors.set(`weights/${key}`, tensor);
  for (const [key, tensor] of state.average ?? []) tensors.set(`average/${key}`, tensor);
  for (const [key, data] of state.adam.first) tensors.set(`first/${key}`, { shape: [data.length], data });
  for (const [key, data] of state.adam.second) tensors.set(`second/${key}`, { shape: [data.length], data });
  for (const [key, tensor] of state.kept?.weights ?? []) tensors.set(`kept/${key}`, tensor);
  const { best, ...plateau } = state.plateau;
  const facts: CheckpointFacts = {
    history: state.history,
    adamStep: state.adam.step,
    plateau: { ...plateau, best: Number.isFinite(best) ? best : null },
    keptEpoch: state.kept?.epoch ?? null,
  };
  return { tensors, facts };
}

export function unpackCheckpoint({ tensors, facts }: Checkpoint): TrainingState {
  const under = (prefix: string) =>
    new Map(
      [...tensors].filter(([key]) => key.startsWith(prefix)).map(([key, tensor]) => [key.slice(prefix.length), tensor]),
    );
  const dataOf = (group: Map<string, Tensor>) => new Map([...group].map(([key, { data }]) => [key, data]));
  const average = under("average/");
  return {
    history: facts.history,
    weights: under("weights/"),
    average: average.size === 0 ? null : average,
    adam: { step: facts.adamStep, first: dataOf(under("first/")), second: dataOf(under("second/")) },
    plateau: { ...facts.plateau, best: facts.plateau.best ?? Number.NEGATIVE_INFINITY },
    kept: facts.keptEpoch === null ? null : { epoch: facts.keptEpoch, weights: under("kept/") },
  };
}
