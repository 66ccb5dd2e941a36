import { MODEL_SAMPLE_RATE_HZ } from "../../../assembly/shared/limits.ts";
import type { OptionRow, OptionTable } from "../../options/option-table.ts";
import type { TrainOptions } from "./options.ts";

/** The chance of noise where the user names a source of it and no chance. */
export const NOISE_CHANCE = 0.5;

/** The options that trainings of every kind share. */
export const TRAINING_TABLE: OptionTable<TrainOptions> = [
  { field: "epochs", flag: "--epochs <n>", takes: "count", help: "passes over the training records" },
  { field: "batchSize", flag: "--batch-size <n>", takes: "count", help: "crops in a step" },
  {
    field: "learningRate",
    flag: "--learning-rate <rate>",
    takes: "real",
    help: "of Adam, at its peak",
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
    field: "dropout",
    flag: "--dropout <rate>",
    takes: "real",
    help: "before the last layer",
    limits: { least: 0, most: 0.9 },
    unset: "the graph's",
  },
  {
    field: "cropSamples",
    flag: "--crop-seconds <s>",
    takes: "real",
    perUnit: MODEL_SAMPLE_RATE_HZ,
    help: "of a streaming network's crops",
    limits: { isInteger: true, least: 1 },
  },
  {
    field: "augmentation.gainDeviation",
    flag: "--gain <deviation>",
    takes: "real",
    help: "of the logarithm of a crop's gain",
    limits: { least: 0, most: 2 },
  },
  {
    field: "augmentation.flipChance",
    flag: "--flip <chance>",
    takes: "real",
    help: "that a crop is upside down",
    limits: { least: 0, most: 1 },
  },
  {
    field: "augmentation.stretch",
    flag: "--stretch <share>",
    takes: "real",
    help: "a crop runs faster or slower by up to this",
    limits: { least: 0, most: 0.5 },
  },
  { flag: "--noise <folder>", takes: "text", help: 'nstdb, whose bw and ma are added to crops, or "synthetic"' },
  {
    field: "augmentation.noiseChance",
    flag: "--noise-chance <chance>",
    takes: "real",
    help: `that a crop gets noise; ${NOISE_CHANCE} with --noise alone`,
    limits: { least: 0, most: 1 },
  },
  {
    field: "augmentation.noiseDecibels",
    flag: "--noise-decibels <low:high>",
    takes: "interval",
    help: "signal to noise",
  },
  {
    field: "augmentation.maskSamples",
    flag: "--mask-seconds <s>",
    takes: "real",
    perUnit: MODEL_SAMPLE_RATE_HZ,
    help: "a stretch of up to this is silenced",
  },
  {
    field: "classWeightPower",
    flag: "--class-weight-power <p>",
    takes: "real",
    help: "in the loss: 0 records alike, 1 classes alike",
    limits: { least: 0, most: 1 },
  },
  {
    field: "samplingPower",
    flag: "--sampling-power <p>",
    takes: "real",
    help: "the same for how often records are drawn",
    limits: { least: 0, most: 1 },
  },
  {
    field: "labelSmoothing",
    flag: "--label-smoothing <share>",
    takes: "real",
    help: "of a label, spread over all classes",
    limits: { least: 0, most: 0.9 },
  },
  {
    field: "mixupAlpha",
    flag: "--mixup <alpha>",
    takes: "real",
    help: "crops are mixed in pairs, shares from Beta(alpha, alpha); 0 mixes none",
    limits: { least: 0, most: 4 },
  },
  {
    field: "averageDecay",
    flag: "--average-decay <share>",
    takes: "real",
    help: "running average of the weights; 0 keeps none",
    limits: { least: 0, most: 0.99999 },
  },
  { field: "keep", flag: "--keep <epoch>", takes: ["best", "last"], help: "the epoch that becomes the model" },
  {
    field: "validateEvery",
    flag: "--validate-every <n>",
    takes: "count",
    help: "epochs from one validation to the next; the last has one",
  },
  {
    field: "distillation.weight",
    flag: "--teacher-weight <share>",
    takes: "real",
    help: "of the loss that follows the teachers",
    limits: { least: 0, most: 1 },
    title: "distillationWeight",
  },
  {
    field: "distillation.temperature",
    flag: "--temperature <t>",
    takes: "real",
    help: "of the teachers' and the student's logits",
    limits: { least: 0.1, most: 20 },
  },
  { field: "workers", flag: "--workers <n>", takes: "count", help: "threads that share each batch" },
];

/** The options of a training from labels. */
export const RECIPE_TABLE: OptionTable<TrainOptions> = [
  ...TRAINING_TABLE,
  {
    flag: "--init <file>",
    takes: "text",
    help: "a model of the same network to start from; its head only if the classes are the same",
  },
  {
    field: "freeze",
    flag: "--freeze <conv|n>",
    takes: parseFreeze,
    help: "leave the convs before the tokens as they are, or all before block n + 1",
    unset: "nothing",
  },
  {
    flag: "--teacher <files>",
    takes: "text",
    help: "models to learn from, trained on the same share; separated by commas",
  },
  {
    field: "calibrateBias",
    flag: "--no-calibrate",
    takes: "off",
    help: "leave the last layer's bias as it was trained",
  },
];

const BLOCKS: OptionRow<TrainOptions> = {
  field: "distillation.blocks",
  flag: "--block-weight <w>",
  takes: "real",
  help: "of the distance from the teacher at the ends of blocks",
  limits: { least: 0, most: 100 },
  unset: "0",
};

/** The options of a training with quantized weights. */
export const FINETUNE_TABLE: OptionTable<TrainOptions> = [...TRAINING_TABLE, BLOCKS];

/** Every field that is a number, with its limits. The seed has a flag in the commands whose division it draws. */
export const CHECKED_TABLE: OptionTable<TrainOptions> = [{ field: "seed", takes: "whole" }, ...FINETUNE_TABLE];

function parseFreeze(text: string): TrainOptions["freeze"] {
  if (text === "conv") return text;
  if (!/^\d{1,4}$/.test(text)) throw new RangeError(`expected conv or a number of blocks, found "${text}"`);
  return Number(text);
}
