import { setImmediate } from "node:timers/promises";
import type { Graph } from "../graph/graph.ts";
import { SeededRandom } from "../random/random.ts";
import { adamStep } from "./adam.ts";
import { drawBatch, type TrainingSet } from "./batches/batch.ts";
import { classWeights } from "./batches/class-weights.ts";
import { drawOrder } from "./batches/draw-order.ts";
import type { GradientSource } from "./gradients/gradient-source.ts";
import { updateMoments } from "./gradients/step.ts";
import type { TrainOptions } from "./recipe/options.ts";
import { learningRate } from "./recipe/schedule.ts";
import type { TrainingState } from "./state.ts";
import { followWeights } from "./weight-average.ts";

export interface TrainProgress {
  readonly epoch: number;
  readonly epochs: number;
  readonly step: number;
  readonly steps: number;
  /** Mean over the epoch so far. */
  readonly loss: number;
  /** Validation F1 of the last epoch that was validated, null before it. */
  readonly metric: number | null;
  /** Crops a second. */
  readonly cropsPerSecond: number;
  readonly secondsLeft: number;
}

export interface EpochRequest {
  readonly graph: Graph;
  readonly set: TrainingSet;
  readonly options: TrainOptions;
  readonly source: GradientSource;
  onProgress?(progress: TrainProgress): void;
}

/**
 * One pass over the records, a crop of each, in batches; those left over for less than a batch sit this epoch out.
 * Moves the state's weights, their average and Adam's moments. All that is random follows from the seed and the
 * epoch's number.
 * @returns the mean loss, and the last learning rate
 */
export async function runEpoch(request: EpochRequest, state: TrainingState): Promise<{ loss: number; rate: number }> {
  const { graph, set, options, source } = request;
  const { labels } = set;
  const epoch = state.history.length + 1;
  const random = new SeededRandom(options.seed).fork(`epoch ${epoch}`);
  const order = drawOrder(labels, graph.classes.length, options.samplingPower, random);
  const size = Math.min(options.batchSize, labels.length);
  const steps = Math.floor(labels.length / size);
  const counts = graph.classes.map((_, index) => labels.filter((label) => label === index).length);
  const weighting = classWeights(counts, options.classWeightPower);
  const startedAt = performance.now();
  let lossSum = 0;
  let rate = 0;
  for (let step = 0; step < steps; step++) {
    const batch = drawBatch(graph, set, options, weighting, order.slice(step * size, (step + 1) * size), random);
    const { loss, gradients, moments } = await source.gradientsOf(state.weights, batch, random);
    if (!Number.isFinite(loss))
      throw new RangeError(`the loss is ${loss} in epoch ${epoch}, step ${step + 1}; lower the learning rate`);
    rate = learningRate(options.schedule, state.plateau, options.learningRate, state.adam.step, steps * options.epochs);
    adamStep(state.adam, state.weights, gradients, rate, options.weightDecay);
    updateMoments(state.weights, moments);
    if (state.average) followWeights(state.average, state.weights, options.averageDecay, state.adam.step);
    lossSum += loss;
    const secondsPerStep = (performance.now() - startedAt) / 1000 / (step + 1);
    request.onProgress?.({
      epoch,
      epochs: options.epochs,
      step: step + 1,
      steps,
      loss: lossSum / (step + 1),
      metric: state.history.findLast(({ metric }) => metric !== null)?.metric ?? null,
      cropsPerSecond: size / secondsPerStep,
      secondsLeft: secondsPerStep * (steps * (options.epochs - epoch + 1) - step - 1),
    });
    // Lets a progress bar draw and an interrupt arrive.
    await setImmediate();
  }
  return { loss: lossSum / steps, rate };
}
