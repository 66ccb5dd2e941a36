import { existsSync, mkdirSync, rmSync } from "node:fs";
import { dirname } from "node:path";
import { type Command, Option } from "commander";
import { SeededRandom } from "../data/random.ts";
import type { ConditionedRecord } from "../data/record.ts";
import { DataError } from "../data/record.ts";
import type { Split } from "../data/split.ts";
import { argMax } from "../evaluate/arg-max.ts";
import { type RhythmScore, scoreRhythms } from "../evaluate/score.ts";
import { writeFloatModel } from "../export/safetensors.ts";
import { readSafetensors, writeSafetensors } from "../export/safetensors-format.ts";
import { parameterCount } from "../graph/costs.ts";
import { buildGraph, FAMILY_NAMES } from "../graph/families.ts";
import type { Graph } from "../graph/graph.ts";
import type { FloatModel } from "../graph/model.ts";
import { selectBackend } from "../train/backends.ts";
import { type Checkpoint, packCheckpoint, unpackCheckpoint } from "../train/checkpoint.ts";
import { DEFAULT_TRAIN_OPTIONS, type TrainOptions, trainOptions } from "../train/options.ts";
import { PAPER_RECIPE } from "../train/paper-recipe.ts";
import { predict } from "../train/predict.ts";
import type { TrainingState } from "../train/state.ts";
import { train } from "../train/train.ts";
import { countNumber, realNumber, wholeNumber } from "./arguments.ts";
import { type LoadedData, loadData, SPLIT_FRACTIONS, splitData } from "./load-data.ts";
import { percent, percentInterval, printJson, printLine, printNote } from "./output.ts";
import { startProgress } from "./progress.ts";

const RECIPES = { shipped: {}, paper: PAPER_RECIPE } as const;

interface TrainArguments extends Partial<TrainOptions> {
  readonly recipe: keyof typeof RECIPES;
  readonly model: string;
  readonly data: string;
  readonly out: string;
  readonly lead?: string;
  readonly cache?: string;
  readonly resume?: boolean;
  readonly json?: boolean;
}

/** `qhubert train`. */
export function addTrainCommand(program: Command): void {
  const { epochs, seed } = DEFAULT_TRAIN_OPTIONS;
  program
    .command("train")
    .description("train a network on a folder of labelled records")
    .requiredOption("--model <name>", `architecture: ${FAMILY_NAMES.join(", ")}`)
    .requiredOption("--data <folder>", "records with REFERENCE.csv, or CPSC 2018 or Chapman as published")
    .requiredOption("--out <file>", "the model to write (.safetensors)")
    .option("--epochs <n>", "passes over the training records", countNumber, epochs)
    .addOption(
      new Option("--recipe <name>", "shipped: one-cycle schedule, class weights, varied gain; paper: ReduceLROnPlateau")
        .choices(Object.keys(RECIPES))
        .default("shipped"),
    )
    .option("--batch-size <n>", "crops in a step (default: the recipe's)", countNumber)
    .option("--learning-rate <rate>", "of Adam, at its peak (default: the recipe's)", realNumber)
    .option("--weight-decay <rate>", "decoupled, on weights (default: the recipe's)", realNumber)
    .option("--seed <n>", "of weights, crops and split", wholeNumber, seed)
    .option("--lead <name|index>", "lead of records with several (default: II, else the first)")
    .option("--cache <folder>", "where conditioned records are kept")
    .option("--resume", "go on from the checkpoint beside --out")
    .option("--json", "print JSON")
    .addHelpText(
      "after",
      "\nExample:\n  qhubert train --model resnet1d-edge --data cinc2017 --out model.safetensors --seed 1",
    )
    .action(runTrain);
}

async function runTrain(args: TrainArguments): Promise<void> {
  const { model: family, out, json, resume } = args;
  // What is wrong in the arguments is told before the data is read.
  buildGraph(family, ["0", "1"]);
  const recipe = recipeOf(args);
  trainOptions(recipe);
  const checkpointPath = `${out}.checkpoint`;
  const resumed = resume ? readCheckpoint(checkpointPath) : undefined;
  const data = await loadData(args.data, args);
  const graph = buildGraph(family, data.classes);
  mkdirSync(dirname(out), { recursive: true });
  const trained = await trainWithProgress(graph, data, recipe, {
    resume: resumed,
    onCheckpoint: (state) => writeCheckpoint(checkpointPath, state),
  });
  writeFloatModel(out, trained.model);
  rmSync(checkpointPath, { force: true });
  const result = { model: out, parameters: parameterCount(graph), validation: trained.validation, test: trained.test };
  if (json) return printJson(result);
  printLine(`${out}: ${family}, ${result.parameters} parameters, trained on ${data.name}`);
  printScore("validation (chose epoch and bias)", trained.validation);
  printScore("test (looked at once)", trained.test);
}

/** The named recipe with what the command line changes of it. */
function recipeOf(args: TrainArguments): Partial<TrainOptions> {
  const { recipe, epochs, batchSize, learningRate, weightDecay, seed } = args;
  const given = { epochs, batchSize, learningRate, weightDecay, seed };
  return {
    ...RECIPES[recipe],
    ...Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)),
  };
}

export interface TrainedModel {
  readonly model: FloatModel;
  readonly validation: RhythmScore;
  readonly test: RhythmScore;
}

/** Trains on the training share of a data set, chooses on the validation share, scores the test share once. */
export async function trainWithProgress(
  graph: Graph,
  data: LoadedData,
  options: Partial<TrainOptions>,
  files: { resume?: TrainingState; onCheckpoint?: (state: TrainingState) => void } = {},
): Promise<TrainedModel> {
  const seed = options.seed ?? DEFAULT_TRAIN_OPTIONS.seed;
  const split = splitData(data, seed);
  const backend = await selectBackend();
  printNote(`training backend: ${backend.name} (${backend.description})`);
  const progress = startProgress("training");
  const { model, validation } = await train({
    graph,
    train: split.train,
    validation: split.validation,
    options,
    ...files,
    onProgress: ({ epoch, epochs, step, steps, loss, metric, cropsPerSecond }) => {
      const validated = metric === null ? "" : `, validation F1 ${metric.toFixed(3)}`;
      const note = `epoch ${epoch} of ${epochs}, loss ${loss.toFixed(3)}${validated}, ${cropsPerSecond.toFixed(0)} crops/s`;
      progress.update((epoch - 1) * steps + step, epochs * steps, note);
    },
  });
  progress.end();
  const test = scoreFloat(model, split.test);
  const facts = {
    ...model.facts,
    dataset: data.name,
    split: { seed, ...SPLIT_FRACTIONS, records: countsOf(split) },
    test,
  };
  return { model: { ...model, facts }, validation, test };
}

function countsOf({ train, validation, test }: Split<ConditionedRecord>): Readonly<Record<string, number>> {
  return { train: train.length, validation: validation.length, test: test.length };
}

/** Every figure of a set; the bootstrap draws the same each time. */
export function score(
  truths: readonly number[],
  predictions: readonly number[],
  classes: readonly string[],
): RhythmScore {
  return scoreRhythms(truths, predictions, classes, new SeededRandom(1));
}

/** Scores a float model on conditioned records. Needs a selected backend. */
export function scoreFloat(model: FloatModel, records: readonly ConditionedRecord[]): RhythmScore {
  const { classes } = model.graph;
  const truths = records.map(({ label }) => classes.indexOf(label));
  return score(
    truths,
    predict(model, records).map(({ mean }) => argMax(mean)),
    classes,
  );
}

export function printScore(title: string, score: RhythmScore): void {
  printLine(
    `${title}: accuracy ${percent(score.accuracy)} [${percentInterval(score.accuracyInterval)}], ` +
      `F1 ${score.f1Macro.toFixed(3)} [${score.f1MacroInterval.map((value) => value.toFixed(3)).join("-")}], ` +
      `n = ${score.records}`,
  );
}

function writeCheckpoint(path: string, state: TrainingState): void {
  const { tensors, facts } = packCheckpoint(state);
  writeSafetensors(path, { tensors, metadata: { facts: JSON.stringify(facts) } });
}

function readCheckpoint(path: string): TrainingState {
  if (!existsSync(path)) throw new DataError(`${path}: no such checkpoint; train without --resume first`);
  try {
    const { tensors, metadata } = readSafetensors(path);
    return unpackCheckpoint({ tensors, facts: JSON.parse(metadata.facts) as Checkpoint["facts"] });
  } catch (error) {
    throw new DataError(`${path}: is no checkpoint that can be resumed (${(error as Error).message})`);
  }
}
