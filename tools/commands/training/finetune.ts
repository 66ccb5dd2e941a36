import { mkdirSync, rmSync } from "node:fs";
import { basename, dirname } from "node:path";
import type { Command } from "commander";
import { compareInFloat } from "../../compare/decide-in-float.ts";
import { divideData, divisionFacts, divisionOf } from "../../data/division.ts";
import { openFloatModel } from "../../export/model-files.ts";
import { readCheckpoint, requireCheckpoint, writeCheckpoint } from "../../export/safetensors/checkpoint-file.ts";
import { writeFloatModel } from "../../export/safetensors/safetensors.ts";
import { DataError } from "../../files/data-error.ts";
import { FINETUNE_OPTIONS, finetune } from "../../finetune/finetune.ts";
import { floatOrigin } from "../../finetune/float-origin.ts";
import type { FloatModel } from "../../graph/model.ts";
import { layerWidths } from "../../quantize/layer-widths.ts";
import { noiseOf } from "../../train/batches/noise-source.ts";
import { packCheckpoint, unpackCheckpoint } from "../../train/checkpoint.ts";
import { trainOptions } from "../../train/recipe/checked-options.ts";
import { FINETUNE_TABLE } from "../../train/recipe/recipe-table.ts";
import { printComparisons } from "../compression/print-comparisons.ts";
import { loadData } from "../records/load-data.ts";
import { CACHE_OPTION, LEAD_OPTION, wholeNumber } from "../terminal/arguments.ts";
import { addOptionTable } from "../terminal/option-table.ts";
import { printJson, printLine } from "../terminal/output.ts";
import { openTeachers } from "./ask-teachers.ts";
import { type TrainingArguments, trainingOptions } from "./recipe-options.ts";
import { epochProgress, noteBackend } from "./training-run.ts";

interface FinetuneArguments extends TrainingArguments {
  readonly model: string;
  readonly data: string;
  readonly widths: string;
  readonly out: string;
  readonly teacher?: string;
  readonly lead?: string;
  readonly cache?: string;
  readonly resume?: boolean;
  readonly json?: boolean;
}

/** `qhubert finetune`. */
export function addFinetuneCommand(program: Command): void {
  const command = program
    .command("finetune")
    .description("train a float model on with its weights quantized, for compress --method trained")
    .requiredOption("--model <file>", "a .safetensors model")
    .requiredOption("--data <folder>", "the records it was trained on: its training share is used again")
    .requiredOption(
      "--widths <widths>",
      "of the layers: fixed:W or fixed:W,LAYER:W,..., a JSON file or compression report, or those of a .qhb",
    )
    .requiredOption("--out <file>", "the model to write (.safetensors)");
  addOptionTable(command, FINETUNE_TABLE, FINETUNE_OPTIONS)
    .option("--teacher <file>", "whose decisions to keep (default: what --model was fine-tuned from, or itself)")
    .option("--seed <n>", "of crops, and of the split where the model does not tell its own", wholeNumber, 1)
    .addOption(LEAD_OPTION)
    .addOption(CACHE_OPTION)
    .option("--resume", "go on from the checkpoint beside --out")
    .option("--json", "print JSON")
    .addHelpText(
      "after",
      "\nExample:\n  qhubert finetune --model model.safetensors --data cinc2017 --widths fixed:ternary --out ternary.safetensors",
    )
    .action(runFinetune);
}

async function runFinetune(args: FinetuneArguments): Promise<void> {
  const { model: path, out, json } = args;
  const model = openFloatModel(path);
  const widths = await layerWidths(args.widths, model.graph);
  const recipe = trainOptions(trainingOptions(args, FINETUNE_TABLE, FINETUNE_OPTIONS));
  const checkpoint = `${out}.checkpoint`;
  if (args.resume) requireCheckpoint(checkpoint, "finetune");
  const noise = await noiseOf(args.noise, recipe);
  const data = await loadData(args.data, { ...args, knownTo: { model: path, classes: model.graph.classes } });
  const division = divisionOf(model.facts, recipe.seed);
  const split = divideData(data, division);
  const shares = divisionFacts(data, division, split);
  const teacher = teacherOf(args, model, shares);
  const plan = { model: path, ...shares, widths: Object.fromEntries(widths), teacher: args.teacher, ...recipe };
  mkdirSync(dirname(out), { recursive: true });
  await noteBackend();
  const progress = epochProgress("fine-tuning");
  const tuned = await finetune({
    model,
    widths,
    train: split.train,
    validation: split.validation,
    options: recipe,
    noise,
    teacher,
    resume: args.resume ? readCheckpoint(checkpoint, plan, unpackCheckpoint) : undefined,
    onProgress: progress.update,
    onCheckpoint: (state) => writeCheckpoint(checkpoint, packCheckpoint(state), plan),
  });
  progress.end();
  const validation = await compareInFloat(teacher, tuned, split.validation);
  const facts = { ...tuned.facts, ...shares, finetunedFrom: originOf(path, model), validation: validation.compressed };
  writeFloatModel(out, { ...tuned, facts });
  rmSync(checkpoint, { force: true });
  if (json) return printJson({ model: out, widths: Object.fromEntries(widths), validation });
  printLine(`${out}: ${model.graph.name} with quantized weights, trained on from ${path}`);
  printComparisons({ validation }, "quantized, in float");
}

/** One that was trained on the same share. */
function teacherOf({ model: path, teacher }: FinetuneArguments, model: FloatModel, shares: object): FloatModel {
  if (teacher === undefined) return floatOrigin(path, model);
  const [first, ...others] = openTeachers(teacher, model.graph.classes, shares);
  if (others.length === 0) return first.model;
  throw new DataError(`--teacher ${teacher}: expected one file, found ${others.length + 1}`);
}

/** The file of the float model that all began with; its name alone. */
function originOf(path: string, { facts }: FloatModel): unknown {
  return facts.finetunedFrom ?? basename(path);
}
