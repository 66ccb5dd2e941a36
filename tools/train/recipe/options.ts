import { type Augmentation, CROP_SAMPLES, NO_AUGMENTATION } from "../batches/crops.ts";
import type { Freeze } from "../freeze.ts";
import type { Schedule } from "./schedule.ts";

/** A training recipe. The defaults are the recipe of the shipped models, but for their noise and their teachers. */
export interface TrainOptions {
  /** The seed of the weights and of all that is drawn in training. */
  readonly seed: number;
  readonly epochs: number;
  readonly batchSize: number;
  /** The learning rate of Adam; its peak where the schedule moves it. */
  readonly learningRate: number;
  /** Decoupled (AdamW), on weight tensors only. */
  readonly weightDecay: number;
  readonly schedule: Schedule;
  /** Samples of a crop of a streaming network; one with a window is trained on that. */
  readonly cropSamples: number;
  readonly augmentation: Augmentation;
  /** Class weights in the loss are frequency ^ -power: 0 treats records alike, 1 classes alike. */
  readonly classWeightPower: number;
  /** The same for how often an epoch draws a record: 0 draws each once, 1 draws classes alike. */
  readonly samplingPower: number;
  /** Share of a label that is spread over all classes. */
  readonly labelSmoothing: number;
  /** The alpha of the Beta(alpha, alpha) that pairs of crops are mixed by; 0 mixes none. */
  readonly mixupAlpha: number;
  /** On the head's input; null leaves the graph's. */
  readonly dropout: number | null;
  /** Share of the running average that stays at each step; 0 keeps no average: the weights as they are decide. */
  readonly averageDecay: number;
  /** The epoch that becomes the model: the best on validation, or the last. */
  readonly keep: "best" | "last";
  /**
   * Epochs from one validation to the next; the last has one always. A HuBERT computes its window anew at every decision:
   * on one core hubert-nano takes 60 s for 748 records of CinC 2017, and 36 s for an epoch's 5,976 crops.
   */
  readonly validateEvery: number;
  /** How much the teachers' word counts, where there are any. */
  readonly distillation: Distillation;
  /** Threads that share each batch. A run depends on it, for batch norm sees a thread's share. */
  readonly workers: number;
  /** Tune one logit offset a class on the validation set and fold them into the dense bias. */
  readonly calibrateBias: boolean;
  /** Nodes that stay as they are; null trains all. */
  readonly freeze: Freeze | null;
}

export interface Distillation {
  /** Share of the loss that follows the teachers, 0 to 1; the rest follows the labels. */
  readonly weight: number;
  /** Both sides' logits are divided by it. */
  readonly temperature: number;
  /** The weight of `blockLoss` beside the loss of the logits, for a teacher that is asked on crops. */
  readonly blocks?: number;
}

export const DEFAULT_TRAIN_OPTIONS: TrainOptions = {
  seed: 1,
  epochs: 30,
  batchSize: 32,
  learningRate: 2e-3,
  weightDecay: 1e-3,
  schedule: { kind: "oneCycle", warmupShare: 0.2 },
  cropSamples: CROP_SAMPLES,
  augmentation: { ...NO_AUGMENTATION, gainDeviation: 0.2, flipChance: 0.2, stretch: 0.1 },
  classWeightPower: 0.25,
  samplingPower: 0,
  labelSmoothing: 0,
  mixupAlpha: 0,
  dropout: null,
  averageDecay: 0.998,
  keep: "last",
  validateEvery: 1,
  distillation: { weight: 0.7, temperature: 2 },
  workers: 1,
  calibrateBias: true,
  freeze: null,
};
