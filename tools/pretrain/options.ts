import { CROP_SAMPLES } from "../train/batches/crops.ts";
import { DEFAULT_TRAIN_OPTIONS } from "../train/recipe/options.ts";
import type { Variation } from "./crops.ts";
import { DEFAULT_K_MEANS } from "./k-means.ts";
import type { MaskOptions } from "./span-mask.ts";
import type { FeatureKind } from "./token-features.ts";

export interface PretrainOptions {
  /** The seed of the weights, the clusters and all that is drawn. */
  readonly seed: number;
  /** The first predicts clusters of features, each after it those of the hidden states of the one before. */
  readonly iterations: number;
  /** Passes over the records in an iteration. */
  readonly epochs: number;
  readonly batchSize: number;
  /** The learning rate of AdamW at its peak. */
  readonly learningRate: number;
  readonly weightDecay: number;
  /** The share of an iteration's steps in which the rate rises; after them it falls on half a cosine. */
  readonly warmupShare: number;
  /** The length of a streaming network's crops; a network with a window takes its window. */
  readonly cropSamples: number;
  /**
   * The changes to a crop that the network hears, beside the crop that the clusters are told from; the pace is the same
   * in both.
   */
  readonly variation: Variation;
  readonly features: FeatureKind;
  /** The clusters of the first iteration. */
  readonly clusters: number;
  /** The clusters of the later iterations. */
  readonly latentClusters: number;
  /** The block whose hidden states are clustered, from 1; null for the middle one. */
  readonly latentBlock: number | null;
  /** Crops, at most, that clusters are made of: at 79 tokens each 2000 have 158,000. */
  readonly clusterCrops: number;
  readonly mask: MaskOptions;
  /** Values that hidden states and clusters are compared in; null for a token's width. */
  readonly projected: number | null;
}

/**
 * Decay, warm-up, masked share and clusters follow HuBERT-ECG's; its rate, 5e-5, is for 30 M parameters and 80,000 steps
 * of 448 crops.
 */
export const DEFAULT_PRETRAIN_OPTIONS: PretrainOptions = {
  seed: 1,
  iterations: 1,
  epochs: 20,
  batchSize: 32,
  learningRate: 1e-3,
  weightDecay: 0.01,
  warmupShare: 0.08,
  cropSamples: CROP_SAMPLES,
  variation: variationOf(DEFAULT_TRAIN_OPTIONS.augmentation),
  features: "mfcc",
  clusters: DEFAULT_K_MEANS.clusters,
  latentClusters: DEFAULT_K_MEANS.clusters,
  latentBlock: null,
  clusterCrops: 2000,
  mask: { share: 0.33, spanTokens: 1 },
  projected: null,
};

function variationOf({ gainDeviation, flipChance, stretch }: Variation): Variation {
  return { gainDeviation, flipChance, stretch };
}
