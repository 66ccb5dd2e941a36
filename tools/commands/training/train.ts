import { mkdirSync, rmSync } from "node:fs";
import { dirname } from "node:path";
import type { Command } from "commander";
import { divideData, divisionFacts, type Fold } from "../../data/division.ts";
import { writeLogits } from "../../evaluate/logits-file.ts";
import { openFloatModel } from "../../export/model-files.ts";
import { readCheckpoint, requireCheckpoint, writeCheckpoint } from "../../export/safetensors/checkpoint-file.ts";
import { writeFloatModel } from "../../export/safetensors/safetensors.ts";
import { DataError } from "../../files/data-error.ts";
import { parameterCount } from "../../graph/costs.ts";
import { buildGraph, FAMILY_NAMES } from "../../graph/families.ts";
import type { Graph } from "../../graph/graph.ts";
import type { FloatModel, Tensor } from "../../graph/model.ts";
import { packCheckpoint, unpackCheckpoint } from "../../train/checkpoint.ts";
import { frozenNodes } from "../../train/freeze.ts";
import { initWeights } from "../../train/init-weights.ts";
import { trainOptions } from "../../train/recipe/checked-options.ts";
import { DEFAULT_TRAIN_OPTIONS } from "../../train/recipe/options.ts";
import { requireLongCrops } from "../../train/train.ts";
import { printScore } from "../models/print-score.ts";
import { loadData } from "../records/load-data.ts";
import { CACHE_OPTION, LEAD_OPTION, parseFold, wholeNumber } from "../terminal/arguments.ts";
import { printJson, printLine } from "../terminal/output.ts";
import { openTeachers } from "./ask-teachers.ts";
import { addRecipeOptions, type RecipeArguments, recipeOf } from "./recipe-options.ts";
import { noiseOf } from "./training-noise.ts";
import { trainWithProgress } from "./training-run.ts";

interface TrainArguments extends RecipeArguments {
  readonly model: string;
  readonly data: string;
  readonly out: string;
  readonly fold?: Fold;
  readonly splitSeed?: number;
  readonly logits?: string;
  readonly lead?: string;
  readonly cache?: string;
  readonly resume?: boolean;
  readonly json?: boolean;
}

/** `qhubert train`. */
export function addTrainCommand(program: Command): void {
  const command = program
    .command("train")
    .description("train a network on a folder of labelled records")
    .requiredOption("--model <name>", `architecture: ${FAMILY_NAMES.join(", ")}; or that of a .safetensors model`)
    .requiredOption("--data <folder>", "records with REFERENCE.csv, or CPSC 2018 or Chapman as published")
    .requiredOption("--out <file>", "the model to write (.safetensors)");
  addRecipeOptions(command)
    .option("--seed <n>", "of weights, crops and split", wholeNumber, DEFAULT_TRAIN_OPTIONS.seed)
    .option("--fold <k/n>", "of a cross-validation: its records are the test share", parseFold)
    .option("--split-seed <n>", "of the division into shares (default: --seed)", wholeNumber)
    .option("--logits <file>", "also write the logits of the validation and test records (JSON)")
    .addOption(LEAD_OPTION)
    .addOption(CACHE_OPTION)
    .option("--resume", "go on from the checkpoint beside --out")
    .option("--json", "print JSON")
    .addHelpText(
      "after",
      "\nExample:\n  qhubert train --model resnet1d-edge --data cinc2017 --out model.safetensors --seed 1",
    )
    .action(runTrain);
}

async function runTrain(args: TrainArguments): Promise<void> {
  const { model: family, out, json, fold } = args;
  // What is wrong in the arguments is told before the data is read.
  const recipe = trainOptions(recipeOf(args));
  const { graph: unlabelled, pruned } = networkOf(family, ["0", "1"]);
  frozenNodes(unlabelled, recipe.freeze);
  requireLongCrops(unlabelled, recipe);
  const start = args.init === undefined ? undefined : openFloatModel(args.init);
  const checkpointPath = `${out}.checkpoint`;
  if (args.resume) requireCheckpoint(checkpointPath, "train");
  const noise = await noiseOf(args.noise, recipe);
  const data = await loadData(args.data, args);
  const division = { seed: args.splitSeed ?? recipe.seed, fold };
  const shares = divisionFacts(data, division, divideData(data, division));
  const { graph } = networkOf(family, data.classes);
  const init = start && takeWeights(args.init as string, start, graph);
  const teachers = args.teacher === undefined ? [] : openTeachers(args.teacher, data.classes, shares);
  const plan = { model: family, ...shares, noise: args.noise, init: args.init, teacher: args.teacher, ...recipe };
  const resumed = args.resume ? readCheckpoint(checkpointPath, plan, unpackCheckpoint) : undefined;
  mkdirSync(dirname(out), { recursive: true });
  const trained = await trainWithProgress(graph, data, recipe, {
    division,
    noise,
    init,
    initFile: args.init,
    teachers,
    cache: args.cache,
    resume: resumed,
    onCheckpoint: (state) => writeCheckpoint(checkpointPath, packCheckpoint(state), plan),
  });
  if (args.logits) writeLogits(args.logits, trained.logits);
  writeFloatModel(out, { ...trained.model, facts: { ...trained.model.facts, ...pruned } });
  rmSync(checkpointPath, { force: true });
  const result = { model: out, parameters: parameterCount(graph), validation: trained.validation, test: trained.test };
  if (json) return printJson(result);
  printLine(`${out}: ${family}, ${result.parameters} parameters, trained on ${data.name}`);
  printScore("validation (chose epoch and bias)", trained.validation);
  printScore("test (looked at once)", trained.test);
}

/** A family's network, or that of a model file with a logit a class, and what that file tells of its pruning. */
function networkOf(model: string, classes: readonly string[]): { readonly graph: Graph; readonly pruned: object } {
  if (!model.endsWith(".safetensors")) return { graph: buildGraph(model, classes), pruned: {} };
  const { graph, facts } = openFloatModel(model);
  const nodes = graph.nodes.map((node, index) =>
    node.op === "dense" && index === graph.nodes.length - 1 ? { ...node, outFeatures: classes.length } : node,
  );
  return { graph: { ...graph, classes, nodes }, pruned: facts.pruned ? { pruned: facts.pruned } : {} };
}

function takeWeights(path: string, start: FloatModel, graph: Graph): ReadonlyMap<string, Tensor> {
  try {
    return initWeights(graph, start);
  } catch (error) {
    throw new DataError(`${path}: ${(error as Error).message}`);
  }
}
