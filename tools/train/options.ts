import type { Augmentation } from "./crops.ts";
import type { Schedule } from "./schedule.ts";

/** A training recipe. The defaults are the recipe of the shipped model. */
export interface TrainOptions {
  readonly seed: number;
  readonly epochs: number;
  readonly batchSize: number;
  /** Of Adam; the peak where the schedule moves it. */
  readonly learningRate: number;
  /** Decoupled (AdamW), on weight tensors only. */
  readonly weightDecay: number;
  readonly schedule: Schedule;
  /** Class weights in the loss are frequency ^ -power: 0 treats records alike, 1 classes alike. */
  readonly classWeightPower: number;
  readonly augmentation: Augmentation;
  /** Tune one logit offset a class on the validation set and fold them into the dense bias. */
  readonly calibrateBias: boolean;
}

export const DEFAULT_TRAIN_OPTIONS: TrainOptions = {
  seed: 1,
  epochs: 30,
  batchSize: 32,
  learningRate: 2e-3,
  weightDecay: 1e-3,
  schedule: { kind: "oneCycle", warmupShare: 0.2 },
  classWeightPower: 0.25,
  augmentation: { gainDeviation: 0.2, flipChance: 0 },
  calibrateBias: true,
};

/** The recipe with its gaps filled. Throws RangeError on a value outside its range. */
export function trainOptions(given: Partial<TrainOptions> = {}): TrainOptions {
  const options = { ...DEFAULT_TRAIN_OPTIONS, ...given };
  requireCount("epochs", options.epochs);
  requireCount("batchSize", options.batchSize);
  if (!Number.isSafeInteger(options.seed)) throw new RangeError(`seed must be an integer, not ${options.seed}`);
  if (!(options.learningRate > 0)) throw new RangeError(`learningRate must be above 0, not ${options.learningRate}`);
  if (!(options.weightDecay >= 0)) throw new RangeError(`weightDecay must be 0 or more, not ${options.weightDecay}`);
  return options;
}

function requireCount(name: string, value: number): void {
  if (!Number.isInteger(value) || value < 1)
    throw new RangeError(`${name} must be an integer of 1 or more, not ${value}`);
}
