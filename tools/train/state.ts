import type { Graph } from "../graph/graph.ts";
import type { Tensor } from "../graph/model.ts";
import { SeededRandom } from "../random/random.ts";
import { type AdamState, initialAdam } from "./adam.ts";
import { frozenNodes } from "./freeze.ts";
import { initialWeights, isTrained } from "./initialise.ts";
import type { TrainOptions } from "./recipe/options.ts";
import { INITIAL_PLATEAU, type PlateauState } from "./recipe/schedule.ts";

export interface EpochRecord {
  readonly epoch: number;
  /** Mean training loss of the epoch. */
  readonly loss: number;
  /** F1 on the validation set: see selectionF1. Null where the recipe left the epoch's validation out. */
  readonly metric: number | null;
  /** Cross-entropy on the validation set, in nats: smoother than F1, but it does not choose. */
  readonly validationLoss: number | null;
  readonly learningRate: number;
}

/** Everything that training carries from one epoch to the next: a run resumed from it ends in the same bits. */
export interface TrainingState {
  readonly history: readonly EpochRecord[];
  readonly weights: ReadonlyMap<string, Tensor>;
  /** The running average of the weights, or null where the recipe has none. It is what decides, if it is there. */
  readonly average: ReadonlyMap<string, Tensor> | null;
  readonly adam: AdamState;
  readonly plateau: PlateauState;
  /** The weights that are the model if training ends here: see the recipe's `keep`. Null before the first epoch. */
  readonly kept: { readonly epoch: number; readonly weights: ReadonlyMap<string, Tensor> } | null;
}

/** @param init tensors that are not drawn but taken */
export function initialState(
  graph: Graph,
  options: TrainOptions,
  init: ReadonlyMap<string, Tensor> = new Map(),
): TrainingState {
  const fresh = initialWeights(graph, new SeededRandom(options.seed).fork("weights"));
  const weights = copyWeights(new Map([...fresh, ...init]));
  const frozen = frozenNodes(graph, options.freeze);
  const trained = [...weights.keys()].filter((key) => isTrained(key, frozen));
  return {
    history: [],
    weights,
    average: options.averageDecay > 0 ? copyWeights(weights) : null,
    adam: initialAdam(weights, trained),
    plateau: INITIAL_PLATEAU,
    kept: null,
  };
}

export function copyWeights(weights: ReadonlyMap<string, Tensor>): Map<string, Tensor> {
  return new Map([...weights].map(([key, { shape, data }]) => [key, { shape, data: data.slice() }]));
}
