import { join } from "node:path";
import type { Command } from "commander";
import { type CrossValidation, crossValidationOf } from "../../evaluate/cross-validation.ts";
import type { EngineComparison } from "../../evaluate/engine-comparison.ts";
import { writeWhole } from "../../files/write-whole.ts";
import { buildGraph, FAMILY_NAMES } from "../../graph/families.ts";
import { SeededRandom } from "../../random/random.ts";
import { trainOptions } from "../../train/recipe/checked-options.ts";
import { CACHE_OPTION, countNumber, LEAD_OPTION, wholeNumbers } from "../terminal/arguments.ts";
import { percent, printJson, printLine, printTable } from "../terminal/output.ts";
import { runTrainings } from "./child-training.ts";
import { engineComparison } from "./engine-comparison.ts";
import { claimForPlan, readRuns, trainingsOf } from "./fold-plan.ts";
import { addRecipeOptions, type RecipeArguments, recipeOf, recipeWords } from "./recipe-options.ts";

interface CrossValidateArguments extends RecipeArguments {
  readonly model: string;
  readonly data: string;
  readonly out: string;
  readonly folds: number;
  readonly seeds: readonly number[];
  readonly jobs: number;
  readonly engineBits?: number;
  readonly lead?: string;
  readonly cache?: string;
  readonly json?: boolean;
}

/** `qhubert crossvalidate`. */
export function addCrossValidateCommand(program: Command): void {
  const command = program
    .command("crossvalidate")
    .description(
      "train and score every fold with every seed, all choices inside the fold; goes on where it was stopped",
    )
    .requiredOption("--model <name>", `architecture: ${FAMILY_NAMES.join(", ")}`)
    .requiredOption("--data <folder>", "records with REFERENCE.csv, or CPSC 2018 or Chapman as published")
    .requiredOption("--out <folder>", "models, logits and results.json")
    .option("--folds <n>", "parts of the data, each the test set once", countNumber, 5)
    .option("--seeds <list>", "of weights and crops, separated by commas", wholeNumbers, [1])
    .option("--jobs <n>", "trainings at a time", countNumber, 1)
    .option("--engine-bits <n>", "also decide on the integer engine with weights of so many bits", countNumber);
  addRecipeOptions(command)
    .addOption(LEAD_OPTION)
    .addOption(CACHE_OPTION)
    .option("--json", "print JSON")
    .addHelpText(
      "after",
      "\nExample:\n  qhubert crossvalidate --model resnet1d-edge --data cinc2017 --folds 5 --seeds 1,2,3 --out out/edge\n" +
        '"{fold}" and "{seed}" in --teacher stand for those of the training: --teacher "out/plus/seed1-fold{fold}.safetensors".',
    )
    .action((args: CrossValidateArguments) => runCrossValidate(args, command));
}

async function runCrossValidate(args: CrossValidateArguments, command: Command): Promise<void> {
  // What is wrong in the arguments is told before the data is read.
  buildGraph(args.model, ["0", "1"]);
  if (args.folds < 2) throw new RangeError(`--folds must be 2 or more, found ${args.folds}`);
  const plan = {
    folder: args.out,
    model: args.model,
    data: args.data,
    of: args.folds,
    folds: Array.from({ length: args.folds }, (_, index) => index + 1),
    seeds: args.seeds,
    words: recipeWords(command),
    places: { lead: args.lead, cache: args.cache },
    recipe: trainOptions(recipeOf(args)),
  };
  claimForPlan(plan);
  const trainings = trainingsOf(plan);
  await runTrainings("cross-validating", trainings, args.jobs);
  const runs = readRuns(trainings);
  const result = crossValidationOf(runs, () => new SeededRandom(1));
  const engine = args.engineBits ? await engineComparison(plan, args.engineBits) : null;
  const { model, data, words, recipe } = plan;
  const { classes } = runs[0];
  const report = { model, data, classes, folds: args.folds, words, recipe, ...result, engine };
  const path = join(plan.folder, "results.json");
  writeWhole(path, new TextEncoder().encode(`${JSON.stringify(report, null, 2)}\n`));
  if (args.json) return printJson(report);
  printLine(`${args.model} on ${args.data}, ${args.folds} folds: ${path}`);
  printCrossValidation(result, engine);
}

function printCrossValidation(
  { runs, seeds, median, ensemble }: CrossValidation,
  engine: EngineComparison | null,
): void {
  const f1 = ([low, high]: readonly [number, number]) => `${low.toFixed(3)}-${high.toFixed(3)}`;
  printTable(
    ["seed", "fold", "records", "accuracy", "F1", "95 %", "F1, bias as trained", "F1, validation"],
    runs.map(({ seed, fold, test: { calibrated, uncalibrated }, validation }) => [
      seed,
      fold,
      calibrated.records,
      percent(calibrated.accuracy),
      calibrated.f1.toFixed(3),
      f1(calibrated.f1Ci95),
      uncalibrated.f1.toFixed(3),
      validation.calibrated.f1.toFixed(3),
    ]),
  );
  const rows = [
    ...seeds.map((result) => ({ title: `seed ${result.seed}`, ...result })),
    ...(ensemble ? [{ title: "mean of the seeds' logits", ...ensemble }] : []),
  ];
  printTable(
    ["all folds", "mean accuracy", "mean F1", "mean F1, bias as trained", "pooled F1", "95 %"],
    rows.map(({ title, mean, pooled: { calibrated } }) => [
      title,
      percent(mean.accuracy),
      mean.f1.toFixed(3),
      mean.f1Uncalibrated.toFixed(3),
      calibrated.f1.toFixed(3),
      f1(calibrated.f1Ci95),
    ]),
  );
  printLine(
    `median of ${seeds.length} seeds of the mean over folds: F1 ${median.f1.toFixed(3)} ` +
      `(bias as trained ${median.f1Uncalibrated.toFixed(3)}), accuracy ${percent(median.accuracy)}`,
  );
  if (!engine) return;
  const { bits, records, changed, f1: engineF1, floatF1 } = engine;
  printLine(
    `${bits} bits on the integer engine: ${changed} of ${records} test decisions differ from float ` +
      `(${((100 * changed) / records).toFixed(2)} %), pooled F1 ${engineF1.toFixed(3)} against ${floatF1.toFixed(3)}`,
  );
}
