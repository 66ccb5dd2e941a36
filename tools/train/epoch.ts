import { setImmediate } from "node:timers/promises";
import { SeededRandom } from "../data/random.ts";
import type { ConditionedRecord } from "../data/record.ts";
import type { Graph } from "../graph/graph.ts";
import { adamStep } from "./adam.ts";
import { classWeights } from "./class-weights.ts";
import { CROP_SAMPLES, writeCrop } from "./crops.ts";
import type { TrainOptions } from "./options.ts";
import { learningRate } from "./schedule.ts";
import type { TrainingState } from "./state.ts";
import { type Batch, gradientsOf, updateMoments } from "./step.ts";

export interface TrainProgress {
  readonly epoch: number;
  readonly epochs: number;
  readonly step: number;
  readonly steps: number;
  /** Mean over the epoch so far. */
  readonly loss: number;
  /** Validation F1 of the last finished epoch, null in the first. */
  readonly metric: number | null;
  /** Crops a second. */
  readonly cropsPerSecond: number;
  readonly secondsLeft: number;
}

export interface EpochRequest {
  readonly graph: Graph;
  readonly records: readonly ConditionedRecord[];
  /** The class index of each record. */
  readonly labels: readonly number[];
  readonly options: TrainOptions;
  onProgress?(progress: TrainProgress): void;
}

/**
 * One pass over the records, a crop of each, in batches; those left over for less than a batch sit this epoch out.
 * Moves the state's weights and Adam's moments. All that is random follows from the seed and the epoch's number.
 * @returns the mean loss, and the last learning rate
 */
export async function runEpoch(request: EpochRequest, state: TrainingState): Promise<{ loss: number; rate: number }> {
  const { graph, records, labels, options } = request;
  const epoch = state.history.length + 1;
  const random = new SeededRandom(options.seed).fork(`epoch ${epoch}`);
  const order = random.shuffle(records.map((_, index) => index));
  const size = Math.min(options.batchSize, records.length);
  const steps = Math.floor(records.length / size);
  const counts = graph.classes.map((_, index) => labels.filter((label) => label === index).length);
  const weighting = classWeights(counts, options.classWeightPower);
  const startedAt = performance.now();
  let lossSum = 0;
  let rate = 0;
  for (let step = 0; step < steps; step++) {
    const batch = batchOf(request, order.slice(step * size, (step + 1) * size), random);
    const { loss, gradients, moments } = gradientsOf(graph, state.weights, batch, weighting, random);
    if (!Number.isFinite(loss))
      throw new RangeError(`the loss is ${loss} in epoch ${epoch}, step ${step + 1}; lower the learning rate`);
    rate = learningRate(options.schedule, state.plateau, options.learningRate, state.adam.step, steps * options.epochs);
    adamStep(state.adam, state.weights, gradients, rate, options.weightDecay);
    updateMoments(state.weights, moments);
    lossSum += loss;
    const secondsPerStep = (performance.now() - startedAt) / 1000 / (step + 1);
    request.onProgress?.({
      epoch,
      epochs: options.epochs,
      step: step + 1,
      steps,
      loss: lossSum / (step + 1),
      metric: state.history.at(-1)?.metric ?? null,
      cropsPerSecond: size / secondsPerStep,
      secondsLeft: secondsPerStep * (steps * (options.epochs - epoch + 1) - step - 1),
    });
    // Lets a progress bar draw and an interrupt arrive.
    await setImmediate();
  }
  return { loss: lossSum / steps, rate };
}

function batchOf(
  { graph, records, labels, options }: EpochRequest,
  chosen: readonly number[],
  random: SeededRandom,
): Batch {
  const cropSamples = graph.windowSamples ?? CROP_SAMPLES;
  const signals = new Float32Array(chosen.length * cropSamples);
  chosen.forEach((index, row) => {
    const crop = signals.subarray(row * cropSamples, (row + 1) * cropSamples);
    writeCrop(crop, records[index], options.augmentation, random);
  });
  return { signals, labels: chosen.map((index) => labels[index]) };
}
