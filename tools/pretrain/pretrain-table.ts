import { MODEL_SAMPLE_RATE_HZ } from "../../assembly/shared/limits.ts";
import type { OptionTable } from "../options/option-table.ts";
import type { PretrainOptions } from "./options.ts";
import { FEATURE_KINDS } from "./token-features.ts";

/** The options of a pretraining. */
export const PRETRAIN_TABLE: OptionTable<PretrainOptions> = [
  {
    field: "iterations",
    flag: "--iterations <n>",
    takes: "count",
    help: "the first on features, others on hidden states",
  },
  { field: "epochs", flag: "--epochs <n>", takes: "count", help: "passes over the records in an iteration" },
  { field: "batchSize", flag: "--batch-size <n>", takes: "count", help: "crops in a step" },
  {
    field: "learningRate",
    flag: "--learning-rate <rate>",
    takes: "real",
    help: "of AdamW, at its peak",
    limits: { above: 0 },
  },
  {
    field: "weightDecay",
    flag: "--weight-decay <rate>",
    takes: "real",
    help: "decoupled, on weights",
    limits: { least: 0 },
  },
  {
    field: "cropSamples",
    flag: "--crop-seconds <s>",
    takes: "real",
    perUnit: MODEL_SAMPLE_RATE_HZ,
    help: "of a streaming network",
    limits: { isInteger: true, least: 1 },
  },
  {
    field: "variation.gainDeviation",
    flag: "--gain <deviation>",
    takes: "real",
    help: "of the logarithm of a crop's gain",
    limits: { least: 0, most: 2 },
    title: "gain",
  },
  {
    field: "variation.flipChance",
    flag: "--flip <chance>",
    takes: "real",
    help: "that a crop is upside down",
    limits: { least: 0, most: 1 },
    title: "flip",
  },
  {
    field: "variation.stretch",
    flag: "--stretch <share>",
    takes: "real",
    help: "a crop runs faster or slower by up to this",
    limits: { least: 0, most: 0.5 },
  },
  { field: "features", flag: "--features <kind>", takes: FEATURE_KINDS, help: "what the first clusters are of" },
  { field: "clusters", flag: "--clusters <n>", takes: "whole", help: "of features", limits: { least: 2 } },
  {
    field: "latentClusters",
    flag: "--latent-clusters <n>",
    takes: "whole",
    help: "of hidden states",
    limits: { least: 2 },
  },
  {
    field: "latentBlock",
    flag: "--latent-block <n>",
    takes: "count",
    help: "whose hidden states are clustered",
    unset: "the middle one",
  },
  {
    field: "mask.share",
    flag: "--mask-share <share>",
    takes: "real",
    help: "of a crop's tokens",
    limits: { above: 0, most: 1 },
    title: "the masked share",
  },
  {
    field: "mask.spanTokens",
    flag: "--mask-span <n>",
    takes: "count",
    help: "tokens in a row that are masked together",
  },
  { field: "seed", flag: "--seed <n>", takes: "whole", help: "of weights, clusters, crops and masks" },
  { field: "warmupShare", takes: "real", limits: { least: 0, most: 1 } },
  { field: "clusterCrops", takes: "count" },
  { field: "projected", takes: "count" },
];
