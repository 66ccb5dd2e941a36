import type { ConditionedRecord } from "../data/record.ts";
import { type Graph, isConv } from "../graph/graph.ts";
import type { FloatModel, Tensor } from "../graph/model.ts";
import { gridFacts } from "../quantize/trained-integers.ts";
import type { Width } from "../quantize/width.ts";
import { SeededRandom } from "../random/random.ts";
import { NO_AUGMENTATION } from "../train/batches/crops.ts";
import type { NoiseSignals } from "../train/batches/noise.ts";
import type { TrainProgress } from "../train/epoch.ts";
import { DEFAULT_TRAIN_OPTIONS, type TrainOptions } from "../train/recipe/options.ts";
import { copyWeights, type TrainingState } from "../train/state.ts";
import { train } from "../train/train.ts";
import { initialSteps } from "./initial-steps.ts";
import { quantizedView, trainedSteps } from "./quantized-view.ts";
import { reestimateMoments } from "./reestimate-moments.ts";

/**
 * The recipe of fine-tuning: the float model is the only teacher, for what it gets wrong is not to be changed either, and no
 * offset moves what it decides.
 */
export const FINETUNE_OPTIONS: TrainOptions = {
  ...DEFAULT_TRAIN_OPTIONS,
  epochs: 4,
  learningRate: 1e-3,
  weightDecay: 0,
  dropout: 0,
  classWeightPower: 0,
  distillation: { weight: 1, temperature: 1, blocks: 0.3 },
  calibrateBias: false,
  validateEvery: 4,
};

/** Batches that batch norm's statistics come from, at most; an epoch's are enough. */
const MOMENT_BATCHES = 100;

export interface FinetuneRequest {
  readonly model: FloatModel;
  /** The width of every conv and dense layer. */
  readonly widths: ReadonlyMap<string, Width>;
  readonly train: readonly ConditionedRecord[];
  readonly validation: readonly ConditionedRecord[];
  /** A whole recipe, as `trainOptions` has checked it: FINETUNE_OPTIONS, or another. */
  readonly options: TrainOptions;
  readonly noise?: NoiseSignals;
  /** Default: the model itself, in float. Must have the model's classes. */
  readonly teacher?: FloatModel;
  /** A state given to onCheckpoint of a run with the same request. */
  readonly resume?: TrainingState;
  onProgress?(progress: TrainProgress): void;
  onCheckpoint?(state: TrainingState): void | Promise<void>;
}

/**
 * Trains a float model on with its weights on the grids of the widths (see quantizedView), batch-norm statistics estimated anew at
 * the end: the validation figures of its history are from before that. The same request gives the same model on the same backend.
 * @returns a float model whose weights lie on their grids, with the steps; its facts name the grids, and what was pruned before
 */
export async function finetune(request: FinetuneRequest): Promise<FloatModel> {
  const { model, widths, options } = request;
  const { codes, steps } = initialSteps(model, widths);
  const view = quantizedView(codes);
  const { model: trained } = await train({
    ...request,
    graph: model.graph,
    init: new Map([...model.weights, ...steps]),
    cropTeacher: request.teacher ?? model,
    view,
  });
  const { pruned } = model.facts;
  const weights = copyWeights(view.used(trained.weights));
  if (hasBatchNorm(model.graph)) settleMoments(request, options, weights);
  return {
    graph: model.graph,
    weights: new Map([...weights, ...trainedSteps(trained.weights, codes)]),
    facts: { ...trained.facts, ...gridFacts(codes), ...(pruned ? { pruned } : {}) },
  };
}

function settleMoments(
  { model, train: records }: FinetuneRequest,
  options: TrainOptions,
  weights: ReadonlyMap<string, Tensor>,
): void {
  const set = { records, labels: records.map(() => 0), noise: null, teachers: [] };
  const random = new SeededRandom(options.seed).fork("moments");
  const batches = Math.min(MOMENT_BATCHES, Math.ceil(records.length / options.batchSize));
  reestimateMoments(model.graph, weights, set, { ...options, augmentation: NO_AUGMENTATION }, batches, random);
}

function hasBatchNorm({ nodes }: Graph): boolean {
  return nodes.some((node) => isConv(node) && node.batchNorm);
}
