import { Command, InvalidArgumentError, Option } from "commander";
import type { Augmentation } from "../../train/batches/crops.ts";
import { DEFAULT_TRAIN_OPTIONS, type TrainOptions } from "../../train/options.ts";
import { PAPER_RECIPE } from "../../train/paper-recipe.ts";
import { countNumber, realNumber } from "../terminal/arguments.ts";

const RECIPES = { shipped: {}, paper: PAPER_RECIPE } as const;
const SAMPLES_PER_SECOND = 500;
/** Where `--noise` is given and no chance. */
const NOISE_CHANCE = 0.5;

/** What the command line says of a training; what is missing is as the recipe has it. */
export interface TrainingArguments {
  readonly epochs?: number;
  readonly batchSize?: number;
  readonly learningRate?: number;
  readonly weightDecay?: number;
  readonly seed?: number;
  readonly cropSeconds?: number;
  readonly gain?: number;
  readonly flip?: number;
  readonly stretch?: number;
  readonly noise?: string;
  readonly noiseChance?: number;
  readonly noiseDecibels?: readonly [number, number];
  readonly maskSeconds?: number;
  readonly classWeightPower?: number;
  readonly samplingPower?: number;
  readonly labelSmoothing?: number;
  readonly mixup?: number;
  readonly dropout?: number;
  readonly averageDecay?: number;
  readonly keep?: TrainOptions["keep"];
  readonly validateEvery?: number;
  readonly teacherWeight?: number;
  readonly temperature?: number;
  readonly blockWeight?: number;
  readonly workers?: number;
}

/** What it says of a recipe with a name. */
export interface RecipeArguments extends TrainingArguments {
  readonly recipe: keyof typeof RECIPES;
  readonly init?: string;
  readonly freeze?: TrainOptions["freeze"];
  readonly teacher?: string;
  readonly calibrate: boolean;
}

/** Adds the options of a recipe to a command. */
export function addRecipeOptions(command: Command): Command {
  command.addOption(
    new Option(
      "--recipe <name>",
      "shipped: one-cycle schedule, varied crops, averaged weights; paper: ReduceLROnPlateau",
    )
      .choices(Object.keys(RECIPES))
      .default("shipped"),
  );
  return addTrainingOptions(command, DEFAULT_TRAIN_OPTIONS)
    .option("--init <file>", "a model of the same network to start from; its head only if the classes are the same")
    .option(
      "--freeze <conv|n>",
      "leave the convs before the tokens as they are, or all before block n + 1",
      parseFreeze,
    )
    .option("--teacher <files>", "models to learn from, trained on the same share; separated by commas")
    .option("--no-calibrate", "leave the last layer's bias as it was trained");
}

/** Adds what trainings of every kind share. */
export function addTrainingOptions(command: Command, { epochs }: TrainOptions): Command {
  return command
    .option("--epochs <n>", `passes over the training records (default: ${epochs})`, countNumber)
    .option("--batch-size <n>", "crops in a step (default: the recipe's, as for all below)", countNumber)
    .option("--learning-rate <rate>", "of Adam, at its peak", realNumber)
    .option("--weight-decay <rate>", "decoupled, on weights", realNumber)
    .option("--dropout <rate>", "before the last layer", realNumber)
    .option("--crop-seconds <s>", "of a streaming network's crops", realNumber)
    .option("--gain <deviation>", "of the logarithm of a crop's gain", realNumber)
    .option("--flip <chance>", "that a crop is upside down", realNumber)
    .option("--stretch <share>", "a crop runs faster or slower by up to this", realNumber)
    .option("--noise <folder>", 'nstdb, whose bw and ma are added to crops, or "synthetic"')
    .option("--noise-chance <chance>", `that a crop gets noise (with --noise: ${NOISE_CHANCE})`, realNumber)
    .option("--noise-decibels <low:high>", "signal to noise", parseInterval)
    .option("--mask-seconds <s>", "a stretch of up to this is silenced", realNumber)
    .option("--class-weight-power <p>", "in the loss: 0 records alike, 1 classes alike", realNumber)
    .option("--sampling-power <p>", "the same for how often records are drawn", realNumber)
    .option("--label-smoothing <share>", "of a label, spread over all classes", realNumber)
    .option("--mixup <alpha>", "crops are mixed in pairs, shares from Beta(alpha, alpha)", realNumber)
    .option("--average-decay <share>", "running average of the weights, such as 0.999", realNumber)
    .addOption(new Option("--keep <epoch>", "the epoch that becomes the model").choices(["best", "last"]))
    .option("--validate-every <n>", "epochs from one validation to the next; the last has one", countNumber)
    .option("--teacher-weight <share>", "of the loss that follows the teachers", realNumber)
    .option("--temperature <t>", "of the teachers' and the student's logits", realNumber)
    .option("--workers <n>", "threads that share each batch", countNumber);
}

/** What the command line gave of those options, in words that it would understand again. */
export function recipeWords(command: Command): string[] {
  const known = addRecipeOptions(new Command()).options.map(({ long }) => long);
  return command.options
    .filter(({ long }) => known.includes(long))
    .filter((option) => command.getOptionValueSource(option.attributeName()) === "cli")
    .flatMap((option) => {
      const value: unknown = command.getOptionValue(option.attributeName());
      if (typeof value === "boolean") return [option.long as string];
      return [option.long as string, Array.isArray(value) ? value.join(":") : String(value)];
    });
}

/** The named recipe with what the command line changes of it. */
export function recipeOf(args: RecipeArguments): Partial<TrainOptions> {
  const base: TrainOptions = { ...DEFAULT_TRAIN_OPTIONS, ...RECIPES[args.recipe] };
  const options = trainingOptions(args, base);
  return { ...options, ...given({ freeze: args.freeze }), calibrateBias: options.calibrateBias && args.calibrate };
}

/** A recipe with what the command line changes of it. */
export function trainingOptions(args: TrainingArguments, base: TrainOptions): TrainOptions {
  const noiseChance = args.noiseChance ?? (args.noise === undefined ? undefined : NOISE_CHANCE);
  const augmentation: Augmentation = {
    ...base.augmentation,
    ...given({
      gainDeviation: args.gain,
      flipChance: args.flip,
      stretch: args.stretch,
      noiseChance,
      noiseDecibels: args.noiseDecibels,
      maskSamples: samplesOf(args.maskSeconds),
    }),
  };
  const { epochs, seed, batchSize, learningRate, weightDecay, dropout, classWeightPower, samplingPower } = args;
  const { labelSmoothing, averageDecay, keep, validateEvery, workers } = args;
  const { teacherWeight: weight, temperature, blockWeight: blocks } = args;
  return {
    ...base,
    ...given({ epochs, seed, batchSize, learningRate, weightDecay, dropout, classWeightPower, samplingPower }),
    ...given({ labelSmoothing, averageDecay, keep, validateEvery, workers, mixupAlpha: args.mixup }),
    ...given({ cropSamples: samplesOf(args.cropSeconds) }),
    augmentation,
    distillation: { ...base.distillation, ...given({ weight, temperature, blocks }) },
  };
}

function samplesOf(seconds: number | undefined): number | undefined {
  return seconds === undefined ? undefined : Math.round(SAMPLES_PER_SECOND * seconds);
}

/** What is there of them. */
function given<T extends object>(values: T): Partial<T> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Partial<T>;
}

function parseFreeze(text: string): TrainOptions["freeze"] {
  if (text === "conv") return text;
  if (!/^\d{1,4}$/.test(text)) throw new InvalidArgumentError(`expected conv or a number of blocks, found "${text}".`);
  return Number(text);
}

function parseInterval(text: string): readonly [number, number] {
  const [low, high, ...rest] = text.split(":").map((part) => (part === "" ? Number.NaN : Number(part)));
  if (!Number.isFinite(low) || !Number.isFinite(high) || rest.length > 0) {
    throw new InvalidArgumentError(`expected two numbers, such as 6:24, found "${text}".`);
  }
  return [low, high];
}
