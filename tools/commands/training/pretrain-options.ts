import { type Command, Option } from "commander";
import { DEFAULT_PRETRAIN_OPTIONS, type PretrainOptions } from "../../pretrain/options.ts";
import { FEATURE_KINDS, type FeatureKind } from "../../pretrain/token-features.ts";
import { countNumber, realNumber, wholeNumber } from "../terminal/arguments.ts";

const SAMPLES_PER_SECOND = 500;

/** What the command line says of how to pretrain. */
export interface PretrainOptionArguments {
  readonly iterations: number;
  readonly epochs: number;
  readonly batchSize: number;
  readonly learningRate: number;
  readonly weightDecay: number;
  readonly cropSeconds: number;
  readonly gain: number;
  readonly flip: number;
  readonly stretch: number;
  readonly features: FeatureKind;
  readonly clusters: number;
  readonly latentClusters: number;
  readonly latentBlock?: number;
  readonly maskShare: number;
  readonly maskSpan: number;
  readonly seed: number;
}

/** Adds the options above to a command. */
export function addPretrainOptions(command: Command): Command {
  const { variation, mask, ...defaults } = DEFAULT_PRETRAIN_OPTIONS;
  const features = new Option("--features <kind>", "what the first clusters are of").choices(FEATURE_KINDS);
  return command
    .option("--iterations <n>", "the first on features, others on hidden states", countNumber, defaults.iterations)
    .option("--epochs <n>", "passes over the records in an iteration", countNumber, defaults.epochs)
    .option("--batch-size <n>", "crops in a step", countNumber, defaults.batchSize)
    .option("--learning-rate <rate>", "of AdamW, at its peak", realNumber, defaults.learningRate)
    .option("--weight-decay <rate>", "decoupled, on weights", realNumber, defaults.weightDecay)
    .option("--crop-seconds <s>", "of a streaming network", realNumber, defaults.cropSamples / SAMPLES_PER_SECOND)
    .option("--gain <deviation>", "of the logarithm of a crop's gain", realNumber, variation.gainDeviation)
    .option("--flip <chance>", "that a crop is upside down", realNumber, variation.flipChance)
    .option("--stretch <share>", "a crop runs faster or slower by up to this", realNumber, variation.stretch)
    .addOption(features.default(defaults.features))
    .option("--clusters <n>", "of features", wholeNumber, defaults.clusters)
    .option("--latent-clusters <n>", "of hidden states", wholeNumber, defaults.latentClusters)
    .option("--latent-block <n>", "whose hidden states are clustered (default: the middle one)", countNumber)
    .option("--mask-share <share>", "of a crop's tokens", realNumber, mask.share)
    .option("--mask-span <n>", "tokens in a row that are masked together", countNumber, mask.spanTokens)
    .option("--seed <n>", "of weights, clusters, crops and masks", wholeNumber, defaults.seed);
}

export function pretrainOptionsOf(args: PretrainOptionArguments): Partial<PretrainOptions> {
  const { seed, iterations, epochs, batchSize, learningRate, weightDecay, features, clusters, latentClusters } = args;
  return {
    ...{ seed, iterations, epochs, batchSize, learningRate, weightDecay, features, clusters, latentClusters },
    cropSamples: Math.round(SAMPLES_PER_SECOND * args.cropSeconds),
    variation: { gainDeviation: args.gain, flipChance: args.flip, stretch: args.stretch },
    latentBlock: args.latentBlock ?? null,
    mask: { share: args.maskShare, spanTokens: args.maskSpan },
  };
}
