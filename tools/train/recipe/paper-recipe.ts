import { CROP_SAMPLES, NO_AUGMENTATION } from "../batches/crops.ts";
import type { TrainOptions } from "./options.ts";

/**
 * The paper's training of ResNet1D: Adam at 1e-3, weight decay 1e-3, ReduceLROnPlateau, plain cross-entropy, dropout
 * (in the graph) and nothing else. Not told there, and chosen here: the batch, and PyTorch's defaults for the plateau:
 * a tenth of the rate once more than 10 epochs in a row bring no gain.
 */
export const PAPER_RECIPE: Omit<TrainOptions, "seed" | "epochs"> = {
  batchSize: 32,
  learningRate: 1e-3,
  weightDecay: 1e-3,
  schedule: { kind: "plateau", factor: 0.1, patience: 11 },
  cropSamples: CROP_SAMPLES,
  augmentation: NO_AUGMENTATION,
  classWeightPower: 0,
  samplingPower: 0,
  labelSmoothing: 0,
  mixupAlpha: 0,
  dropout: null,
  averageDecay: 0,
  keep: "best",
  validateEvery: 1,
  distillation: { weight: 0, temperature: 1 },
  workers: 1,
  calibrateBias: false,
  freeze: null,
};
