import { join } from "node:path";
import { Command, CommanderError } from "commander";
import { decideAblation, type RecipeFigures, type RecipeGain, recipeGain } from "../../evaluate/ablation.ts";
import { DataError } from "../../files/data-error.ts";
import { writeWhole } from "../../files/write-whole.ts";
import { buildGraph, FAMILY_NAMES } from "../../graph/families.ts";
import { SeededRandom } from "../../random/random.ts";
import { trainOptions } from "../../train/recipe/checked-options.ts";
import type { TrainOptions } from "../../train/recipe/options.ts";
import { CACHE_OPTION, countNumber, LEAD_OPTION, wholeNumbers } from "../terminal/arguments.ts";
import { percent, printJson, printLine, printTable } from "../terminal/output.ts";
import { runTrainings } from "./child-training.ts";
import { claimForPlan, type FoldPlan, readRuns, trainingsOf } from "./fold-plan.ts";
import { addRecipeOptions, type RecipeArguments, recipeOf, recipeWords } from "./recipe-options.ts";

interface AblateArguments extends RecipeArguments {
  readonly model: string;
  readonly data: string;
  readonly out: string;
  readonly vary: readonly string[];
  readonly folds: number;
  readonly only?: readonly number[];
  readonly seeds: readonly number[];
  readonly jobs: number;
  readonly lead?: string;
  readonly cache?: string;
  readonly json?: boolean;
}

/** `qhubert ablate`. */
export function addAblateCommand(program: Command): void {
  const command = program
    .command("ablate")
    .description("what each change of a recipe is worth, on the validation records of the same folds and seeds")
    .requiredOption("--model <name>", `architecture: ${FAMILY_NAMES.join(", ")}`)
    .requiredOption("--data <folder>", "records with REFERENCE.csv, or CPSC 2018 or Chapman as published")
    .requiredOption("--out <folder>", "a folder of trainings for each recipe, and ablation.json")
    .requiredOption(
      "--vary <changes...>",
      'recipes to compare with the one below, such as "mixup=0.2" or "keep=last,average-decay=0.999"',
    )
    .option("--folds <n>", "parts of the data", countNumber, 5)
    .option("--only <list>", "those of the folds that are trained (default: all)", wholeNumbers)
    .option("--seeds <list>", "of weights and crops, separated by commas", wholeNumbers, [1])
    .option("--jobs <n>", "trainings at a time", countNumber, 1);
  addRecipeOptions(command)
    .addOption(LEAD_OPTION)
    .addOption(CACHE_OPTION)
    .option("--json", "print JSON")
    .addHelpText(
      "after",
      "\nExample:\n  qhubert ablate --model resnet1d-edge --data cinc2017 --only 1,2 --vary mixup=0.2 crop-seconds=20,keep=last --out out/ablation",
    )
    .action((args: AblateArguments) => runAblate(args, command));
}

interface Recipe {
  /** "base", or the change as it was given. */
  readonly change: string;
  readonly words: readonly string[];
  readonly options: TrainOptions;
}

async function runAblate(args: AblateArguments, command: Command): Promise<void> {
  buildGraph(args.model, ["0", "1"]);
  const folds = args.only ?? Array.from({ length: args.folds }, (_, index) => index + 1);
  const wrong = folds.find((fold) => !(fold >= 1 && fold <= args.folds));
  if (wrong !== undefined) throw new RangeError(`--only names fold ${wrong}, expected 1 to ${args.folds}`);
  const base: Recipe = { change: "base", words: recipeWords(command), options: trainOptions(recipeOf(args)) };
  const recipes = [base, ...args.vary.map((change) => varied(base, change))];
  const plans = recipes.map(
    ({ change, words, options }): FoldPlan => ({
      folder: join(args.out, change.replaceAll(/[^\w.=,-]+/g, "_")),
      model: args.model,
      data: args.data,
      of: args.folds,
      folds,
      seeds: args.seeds,
      words,
      recipe: options,
      places: { lead: args.lead, cache: args.cache },
    }),
  );
  plans.forEach(claimForPlan);
  const trainings = plans.map((plan, index) =>
    trainingsOf(plan).map((one) => ({ ...one, title: `${recipes[index].change}, ${one.title}` })),
  );
  await runTrainings("ablating", trainings.flat(), args.jobs);
  const decisions = trainings.map((plan) => decideAblation(readRuns(plan)));
  const rows = recipes.map(({ change, options }, index) => ({
    change,
    figures: decisions[index].figures,
    gain: index === 0 ? null : recipeGain(decisions[0], decisions[index], () => new SeededRandom(1)),
    recipe: options,
  }));
  const report = { model: args.model, data: args.data, folds: args.folds, only: folds, seeds: args.seeds, rows };
  const path = join(args.out, "ablation.json");
  writeWhole(path, new TextEncoder().encode(`${JSON.stringify(report, null, 2)}\n`));
  if (args.json) return printJson(report);
  printLine(
    `${args.model} on the validation records of ${folds.length} of ${args.folds} folds, ${args.seeds.length} seeds: ${path}`,
  );
  printRows(rows);
}

/** The recipe with a change such as "mixup=0.2,keep=last": each is an option of `train`. Throws DataError. */
function varied(base: Recipe, change: string): Recipe {
  // A comma before anything but "name=" or a name belongs to a value: --teacher takes several files.
  const added = change.split(/,(?=[a-z-]+(?:[=,]|$))/).flatMap((part) => {
    const at = part.indexOf("=");
    return at < 0 ? [`--${part}`] : [`--${part.slice(0, at)}`, part.slice(at + 1)];
  });
  const words = [...base.words, ...added];
  try {
    const parser = addRecipeOptions(new Command().exitOverride().configureOutput({ outputError: () => undefined }));
    const args = parser.parse(words, { from: "user" }).opts<RecipeArguments>();
    return { change, words, options: trainOptions(recipeOf(args)) };
  } catch (error) {
    if (!(error instanceof CommanderError) && !(error instanceof RangeError)) throw error;
    throw new DataError(`--vary ${change}: ${error.message.replace(/^error: /, "").split("\n")[0]}`);
  }
}

function printRows(rows: readonly { change: string; figures: RecipeFigures; gain: RecipeGain | null }[]): void {
  const gainText = (gain: RecipeGain["f1"] | undefined) =>
    gain ? `${signed(gain.gain)} [${gain.ci95.map(signed).join(", ")}]` : "";
  printTable(
    ["recipe", "accuracy", "cross-entropy", "F1", "gain [95 %]", "F1, bias cross-fitted", "gain [95 %]"],
    rows.map(({ change, figures, gain }) => [
      change,
      percent(figures.accuracy),
      figures.crossEntropy.toFixed(3),
      figures.f1.toFixed(3),
      gainText(gain?.f1),
      figures.f1CrossFitted.toFixed(3),
      gainText(gain?.f1CrossFitted),
    ]),
  );
}

function signed(value: number): string {
  return `${value < 0 ? "-" : "+"}${Math.abs(value).toFixed(3)}`;
}
