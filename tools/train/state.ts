import { SeededRandom } from "../data/random.ts";
import type { Graph } from "../graph/graph.ts";
import type { Tensor } from "../graph/model.ts";
import { type AdamState, initialAdam } from "./adam.ts";
import { initialWeights, isTrained } from "./initialise.ts";
import type { TrainOptions } from "./options.ts";
import { INITIAL_PLATEAU, type PlateauState } from "./schedule.ts";

export interface EpochRecord {
  readonly epoch: number;
  /** Mean training loss of the epoch. */
  readonly loss: number;
  /** F1 on the validation set: see selectionF1. */
  readonly metric: number;
  readonly learningRate: number;
}

/** Everything that training carries from one epoch to the next: a run resumed from it ends in the same bits. */
export interface TrainingState {
  readonly history: readonly EpochRecord[];
  readonly weights: ReadonlyMap<string, Tensor>;
  readonly adam: AdamState;
  readonly plateau: PlateauState;
  /** The weights of the epoch with the best metric so far, the earliest of equals; null before the first. */
  readonly best: { readonly epoch: number; readonly weights: ReadonlyMap<string, Tensor> } | null;
}

export function initialState(graph: Graph, options: TrainOptions): TrainingState {
  const weights = initialWeights(graph, new SeededRandom(options.seed).fork("weights"));
  const trained = [...weights.keys()].filter(isTrained);
  return { history: [], weights, adam: initialAdam(weights, trained), plateau: INITIAL_PLATEAU, best: null };
}

export function copyWeights(weights: ReadonlyMap<string, Tensor>): Map<string, Tensor> {
  return new Map([...weights].map(([key, { shape, data }]) => [key, { shape, data: data.slice() }]));
}
