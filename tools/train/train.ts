import type { ConditionedRecord } from "../data/record.ts";
import { argMax } from "../evaluate/arg-max.ts";
import { meanCrossEntropy } from "../evaluate/calibration/mean-cross-entropy.ts";
import { tuneOffsets } from "../evaluate/calibration/tune-offsets.ts";
import { confusionMatrix } from "../evaluate/confusion.ts";
import { selectionF1 } from "../evaluate/f1.ts";
import { type RhythmScore, scoreRhythms } from "../evaluate/score.ts";
import { leastSamples } from "../graph/crop-rows.ts";
import type { Graph } from "../graph/graph.ts";
import type { FloatModel, Tensor } from "../graph/model.ts";
import { SeededRandom } from "../random/random.ts";
import { type BackendChoice, selectBackend } from "./backends.ts";
import type { TrainingSet } from "./batches/batch.ts";
import type { NoiseSignals } from "./batches/noise.ts";
import { withOffsets } from "./bias.ts";
import { runEpoch, type TrainProgress } from "./epoch.ts";
import { frozenNodes } from "./freeze.ts";
import { openGradientSource } from "./gradients/open-gradient-source.ts";
import { AS_TRAINED, type WeightView } from "./gradients/weight-view.ts";
import { withDropout } from "./layers/dropout.ts";
import { predictWith, type RecordLogits } from "./predict.ts";
import type { TrainOptions } from "./recipe/options.ts";
import { afterEpoch } from "./recipe/schedule.ts";
import { copyWeights, type EpochRecord, initialState, type TrainingState } from "./state.ts";
import type { Teacher } from "./teachers/teachers.ts";

/** With a view, `init` must hold every trained tensor that the graph does not name. */
export interface TrainRequest {
  readonly graph: Graph;
  readonly train: readonly ConditionedRecord[];
  readonly validation: readonly ConditionedRecord[];
  /** A whole recipe, as `trainOptions` has checked it. */
  readonly options: TrainOptions;
  /** The records that the recipe's noise is taken from; needed where its chance is above 0. */
  readonly noise?: NoiseSignals;
  /** Networks that were asked about every training record. They must have been trained on no other records. */
  readonly teachers?: readonly Teacher[];
  /** A network to learn from, asked about every crop as it is drawn; the `teachers` are then not heard. */
  readonly cropTeacher?: FloatModel;
  /** Stands between the tensors that are trained and those that the network computes with. */
  readonly view?: WeightView;
  /** Tensors to start from, see initWeights; the rest is drawn. */
  readonly init?: ReadonlyMap<string, Tensor>;
  /** A state given to onCheckpoint of a run with the same request. Its arrays are taken over. */
  readonly resume?: TrainingState;
  onProgress?(progress: TrainProgress): void;
  /** After each epoch. The state goes on changing once the callback, or its promise, is done. */
  onCheckpoint?(state: TrainingState): void | Promise<void>;
}

export interface TrainResult {
  /** The trained model. Its facts hold the recipe, the backend, the history and the validation score. */
  readonly model: FloatModel;
  readonly backend: BackendChoice;
  /** The logits of the validation records, with the bias calibrated. */
  readonly validationLogits: readonly RecordLogits[];
  /** After the bias is calibrated, on the records that chose epoch and bias: optimistic. */
  readonly validation: RhythmScore;
}

/**
 * Trains a network and keeps the epoch with the best validation F1 (see selectionF1; `predict` has the protocol), or
 * the last, as the recipe says. The same request gives the same weights on the same backend. Throws RangeError on an
 * empty set, on a label that is no class of the graph, on noise that is missing, and on crops that are too short.
 */
export async function train(request: TrainRequest): Promise<TrainResult> {
  const { options } = request;
  const graph = withDropout(request.graph, options.dropout);
  const set: TrainingSet = {
    records: request.train,
    labels: classIndices(graph, request.train, "training"),
    noise: request.noise ?? null,
    teachers: request.teachers ?? [],
  };
  if (options.augmentation.noiseChance > 0 && !set.noise)
    throw new RangeError("the recipe adds noise, but none is given");
  requireLongCrops(graph, options);
  const truths = classIndices(graph, request.validation, "validation");
  const backend = await selectBackend();
  let state = request.resume ?? initialState(graph, options, request.init);
  const { distillation, freeze, workers } = options;
  const objective = { graph, distillation, frozen: frozenNodes(graph, freeze), cropTeacher: request.cropTeacher };
  const source = await openGradientSource(objective, workers, request.view);
  try {
    for (let epoch = state.history.length + 1; epoch <= options.epochs; epoch++) {
      const { loss, rate } = await runEpoch({ graph, set, options, source, onProgress: request.onProgress }, state);
      const isValidated = epoch % options.validateEvery === 0 || epoch === options.epochs;
      const validated = isValidated ? validate(request, graph, state, truths) : NOT_VALIDATED;
      state = finishEpoch(state, options, { epoch, loss, ...validated, learningRate: rate });
      await request.onCheckpoint?.(state);
    }
  } finally {
    await source.close();
  }
  return finish(graph, request, options, state, truths, backend);
}

/** Throws RangeError on crops that make no column of the network. */
export function requireLongCrops(graph: Graph, { cropSamples }: TrainOptions): void {
  const least = leastSamples(graph);
  if (graph.windowSamples === null && cropSamples < least) {
    throw new RangeError(`${graph.name} makes nothing of crops of ${cropSamples} samples, it needs ${least}`);
  }
}

type Validated = Pick<EpochRecord, "metric" | "validationLoss">;

const NOT_VALIDATED: Validated = { metric: null, validationLoss: null };

function validate(
  { validation, view = AS_TRAINED }: TrainRequest,
  graph: Graph,
  state: TrainingState,
  truths: readonly number[],
): Validated {
  const logits = predictWith(graph, view.used(state.average ?? state.weights), validation).map(({ mean }) => mean);
  return {
    metric: selectionF1(confusionMatrix(truths, logits.map(argMax), graph.classes.length), graph.classes),
    validationLoss: meanCrossEntropy(logits, truths),
  };
}

function finishEpoch(state: TrainingState, options: TrainOptions, record: EpochRecord): TrainingState {
  const bestMetric = Math.max(...state.history.map(({ metric }) => metric ?? Number.NEGATIVE_INFINITY));
  const isKept = options.keep === "last" || (record.metric !== null && record.metric > bestMetric);
  return {
    ...state,
    history: [...state.history, record],
    plateau: afterEpoch(options.schedule, state.plateau, record.metric),
    kept: isKept ? { epoch: record.epoch, weights: copyWeights(state.average ?? state.weights) } : state.kept,
  };
}

function finish(
  graph: Graph,
  request: TrainRequest,
  options: TrainOptions,
  state: TrainingState,
  truths: readonly number[],
  backend: BackendChoice,
): TrainResult {
  const { classes } = graph;
  const { view = AS_TRAINED } = request;
  let { epoch, weights } = state.kept as NonNullable<TrainingState["kept"]>;
  let offsets = classes.map(() => 0);
  if (options.calibrateBias) {
    offsets = tuneOffsets(
      predictWith(graph, view.used(weights), request.validation).map(({ mean }) => mean),
      truths,
      classes,
    );
    weights = withOffsets(graph, weights, offsets);
  }
  const validationLogits = predictWith(graph, view.used(weights), request.validation);
  const predictions = validationLogits.map(({ mean }) => argMax(mean));
  const validation = scoreRhythms(truths, predictions, classes, new SeededRandom(options.seed));
  const facts = {
    recipe: options,
    noise: request.noise?.description ?? null,
    backend: `${backend.name}: ${backend.description}`,
    trainingRecords: request.train.length,
    keptEpoch: epoch,
    biasOffsets: Object.fromEntries(classes.map((label, index) => [label, offsets[index]])),
    history: state.history,
    validation,
  };
  const model = { graph, weights: weights as ReadonlyMap<string, Tensor>, facts };
  return { model, backend, validationLogits, validation };
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
