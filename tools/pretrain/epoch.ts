import { setImmediate } from "node:timers/promises";
import { SeededRandom } from "../random/random.ts";
import { adamStep } from "../train/adam.ts";
import { updateMoments } from "../train/gradients/step.ts";
import { INITIAL_PLATEAU, learningRate } from "../train/recipe/schedule.ts";
import { clusterUsage } from "./cluster-usage.ts";
import { type Codebook, labelPoints } from "./codebook.ts";
import { type CropSource, drawCrops } from "./crops.ts";
import type { PretrainingNetwork } from "./network.ts";
import type { PretrainOptions } from "./options.ts";
import type { PointSource } from "./points.ts";
import { spanMask } from "./span-mask.ts";
import type { PretrainEpochRecord, PretrainingState } from "./state.ts";
import { type MaskedBatch, type MaskedGradients, maskedGradients } from "./step.ts";

export interface PretrainProgress extends PretrainEpochRecord {
  readonly step: number;
  readonly steps: number;
  /** Crops a second. */
  readonly cropsPerSecond: number;
}

export interface PretrainEpochRequest {
  readonly network: PretrainingNetwork;
  readonly options: PretrainOptions;
  readonly source: CropSource;
  /** The features or hidden states that the state's codebook is made from. */
  readonly points: PointSource;
  /** The epoch's means so far. */
  onProgress?(progress: PretrainProgress): void;
}

/**
 * One pass over the records, a crop of each, in batches; those left over for less than a batch sit this epoch out. Moves
 * the state's weights and Adam's moments. All that is random follows from the seed and the number of epochs before.
 * @param epoch of this iteration, from 1
 */
export async function runMaskedEpoch(
  request: PretrainEpochRequest,
  state: PretrainingState,
  iteration: number,
  epoch: number,
): Promise<PretrainEpochRecord> {
  const { network, options, source } = request;
  const { weights, adam, targets } = state;
  const random = new SeededRandom(options.seed).fork(`iteration ${iteration} epoch ${epoch}`);
  const order = random.shuffle(source.records.map((_, index) => index));
  const size = Math.min(options.batchSize, order.length);
  const steps = Math.floor(order.length / size);
  const tally = new Tally(targets.codebook.set.count);
  const startedAt = performance.now();
  for (let step = 0; ; step++) {
    const batch = drawMasked(request, targets.codebook, order.slice(step * size, (step + 1) * size), random);
    const answer = maskedGradients(network, weights, batch);
    if (!Number.isFinite(answer.loss))
      throw new RangeError(
        `the loss is ${answer.loss} in iteration ${iteration}, epoch ${epoch}, step ${step + 1}; lower the learning rate`,
      );
    const rate = learningRate(
      { kind: "oneCycle", warmupShare: options.warmupShare },
      INITIAL_PLATEAU,
      options.learningRate,
      adam.step,
      steps * options.epochs,
    );
    adamStep(adam, weights, answer.gradients, rate, options.weightDecay);
    updateMoments(weights, answer.moments);
    tally.add(batch, answer);
    const record = { iteration, epoch, learningRate: rate, ...tally.result() };
    const seconds = (performance.now() - startedAt) / 1000;
    request.onProgress?.({ ...record, step: step + 1, steps, cropsPerSecond: ((step + 1) * size) / seconds });
    // Lets a progress bar draw and an interrupt arrive.
    await setImmediate();
    if (step + 1 === steps) return record;
  }
}

function drawMasked(
  { options, source, points }: PretrainEpochRequest,
  codebook: Codebook,
  chosen: readonly number[],
  random: SeededRandom,
): MaskedBatch {
  const size = chosen.length;
  const { clean, heard } = drawCrops(source, chosen, random);
  const clusters = labelPoints(codebook, points.of(clean, size));
  const tokens = clusters.length / size;
  const mask = new Uint8Array(clusters.length);
  for (let row = 0; row < size; row++) mask.set(spanMask(tokens, options.mask, random), row * tokens);
  return { size, signals: heard, clusters, mask };
}

/** The sums of an epoch so far, over masked tokens. */
class Tally {
  private steps = 0;
  private loss = 0;
  private tokens = 0;
  private right = 0;
  private readonly labels: Float64Array;
  private readonly guesses: Float64Array;

  constructor(clusters: number) {
    this.labels = new Float64Array(clusters);
    this.guesses = new Float64Array(clusters);
  }

  add({ clusters, mask }: MaskedBatch, { loss, guesses }: MaskedGradients): void {
    this.steps++;
    this.loss += loss;
    mask.forEach((isMasked, token) => {
      if (!isMasked) return;
      this.tokens++;
      this.labels[clusters[token]]++;
      this.guesses[guesses[token]]++;
      if (guesses[token] === clusters[token]) this.right++;
    });
  }

  result(): Pick<PretrainEpochRecord, "loss" | "accuracy" | "labels" | "guesses"> {
    return {
      loss: this.loss / this.steps,
      accuracy: this.right / this.tokens,
      labels: clusterUsage(this.labels),
      guesses: clusterUsage(this.guesses),
    };
  }
}
