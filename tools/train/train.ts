import { SeededRandom } from "../data/random.ts";
import type { ConditionedRecord } from "../data/record.ts";
import { argMax } from "../evaluate/arg-max.ts";
import { confusionMatrix } from "../evaluate/confusion.ts";
import { selectionF1 } from "../evaluate/f1.ts";
import { type RhythmScore, scoreRhythms } from "../evaluate/score.ts";
import type { Graph } from "../graph/graph.ts";
import type { FloatModel, Tensor } from "../graph/model.ts";
import { type BackendChoice, selectBackend } from "./backends.ts";
import { tuneOffsets, withOffsets } from "./bias.ts";
import { runEpoch, type TrainProgress } from "./epoch.ts";
import { type TrainOptions, trainOptions } from "./options.ts";
import { predictWith } from "./predict.ts";
import { afterEpoch } from "./schedule.ts";
import { copyWeights, type EpochRecord, initialState, type TrainingState } from "./state.ts";

export interface TrainRequest {
  readonly graph: Graph;
  readonly train: readonly ConditionedRecord[];
  readonly validation: readonly ConditionedRecord[];
  readonly options?: Partial<TrainOptions>;
  /** A state given to onCheckpoint of a run with the same request. Its arrays are taken over. */
  readonly resume?: TrainingState;
  onProgress?(progress: TrainProgress): void;
  /** After each epoch. The state goes on changing once the callback, or its promise, is done. */
  onCheckpoint?(state: TrainingState): void | Promise<void>;
}

export interface TrainResult {
  /** Its facts hold the recipe, the backend, the history and the validation score. */
  readonly model: FloatModel;
  readonly backend: BackendChoice;
  /** After the bias is calibrated, on the records that chose epoch and bias: optimistic. */
  readonly validation: RhythmScore;
}

/**
 * Trains a network and keeps the epoch with the best validation F1 (see selectionF1; `predict` has the protocol).
 * The same request gives the same weights on the same backend. Throws RangeError on an empty set, on a label that is no
 * class of the graph, and on options out of range.
 */
export async function train(request: TrainRequest): Promise<TrainResult> {
  const { graph, validation } = request;
  const options = trainOptions(request.options);
  const labels = classIndices(graph, request.train, "training");
  const truths = classIndices(graph, validation, "validation");
  const backend = await selectBackend();
  let state = request.resume ?? initialState(graph, options);
  for (let epoch = state.history.length + 1; epoch <= options.epochs; epoch++) {
    const { loss, rate } = await runEpoch(
      { graph, records: request.train, labels, options, onProgress: request.onProgress },
      state,
    );
    const predictions = predictWith(graph, state.weights, validation).map(({ mean }) => argMax(mean));
    const metric = selectionF1(confusionMatrix(truths, predictions, graph.classes.length), graph.classes);
    state = finishEpoch(state, options, { epoch, loss, metric, learningRate: rate });
    await request.onCheckpoint?.(state);
  }
  return finish(request, options, state, truths, backend);
}

function finishEpoch(state: TrainingState, options: TrainOptions, record: EpochRecord): TrainingState {
  const bestMetric = Math.max(...state.history.map(({ metric }) => metric));
  const isBest = record.metric > bestMetric;
  return {
    ...state,
    history: [...state.history, record],
    plateau: afterEpoch(options.schedule, state.plateau, record.metric),
    best: isBest ? { epoch: record.epoch, weights: copyWeights(state.weights) } : state.best,
  };
}

function finish(
  request: TrainRequest,
  options: TrainOptions,
  state: TrainingState,
  truths: readonly number[],
  backend: BackendChoice,
): TrainResult {
  const { graph, validation } = request;
  const { classes } = graph;
  let { epoch, weights } = state.best as NonNullable<TrainingState["best"]>;
  let offsets = classes.map(() => 0);
  if (options.calibrateBias) {
    offsets = tuneOffsets(
      predictWith(graph, weights, validation).map(({ mean }) => mean),
      truths,
      classes,
    );
    weights = withOffsets(graph, weights, offsets);
  }
  const predictions = predictWith(graph, weights, validation).map(({ mean }) => argMax(mean));
  const score = scoreRhythms(truths, predictions, classes, new SeededRandom(options.seed));
  const facts = {
    recipe: options,
    backend: `${backend.name}: ${backend.description}`,
    trainingRecords: request.train.length,
    bestEpoch: epoch,
    biasOffsets: Object.fromEntries(classes.map((label, index) => [label, offsets[index]])),
    history: state.history,
    validation: score,
  };
  return { model: { graph, weights: weights as ReadonlyMap<string, Tensor>, facts }, backend, validation: score };
}

/** The class index of every record. */
function classIndices(graph: Graph, records: readonly ConditionedRecord[], set: string): number[] {
  if (records.length === 0) throw new RangeError(`the ${set} set has no records`);
  return records.map(({ name, label }) => {
    const index = graph.classes.indexOf(label);
    if (index < 0)
      throw new RangeError(`${set} record ${name} is labelled ${label}; classes: ${graph.classes.join(", ")}`);
    return index;
  });
}
