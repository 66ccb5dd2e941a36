import { type Command, InvalidArgumentError } from "commander";
import { divisionOf } from "../../data/division.ts";
import { openFloatModel } from "../../export/model-files.ts";
import { DataError } from "../../files/data-error.ts";
import { writeWhole } from "../../files/write-whole.ts";
import type { FloatModel } from "../../graph/model.ts";
import { laqMethod, menuFrom } from "../../quantize/compression-method.ts";
import { SEARCH_ORDERS, type SearchOrder } from "../../quantize/search/scan.ts";
import { poolStudies } from "../../quantize/study/pool-studies.ts";
import type { StudySize } from "../../quantize/study/run-study.ts";
import type { Study } from "../../quantize/study/study.ts";
import type { Width } from "../../quantize/width.ts";
import { SeededRandom } from "../../random/random.ts";
import { CACHE_OPTION, countNumber, LEAD_OPTION, positiveNumber, wholeNumber } from "../terminal/arguments.ts";
import { printJson } from "../terminal/output.ts";
import { type MethodStudyArguments, methodStudy } from "./method-study.ts";
import { printPooledStudy } from "./pooled-table.ts";
import { addQuantizerOptions, menuOf, widthOf } from "./search-options.ts";
import { printStudy } from "./study-table.ts";

interface CompareMethodsArguments extends MethodStudyArguments {
  readonly model: string;
  readonly out: string;
  readonly folds?: number;
  readonly seeds: number;
  readonly budgets: readonly number[];
  readonly sizes: readonly StudySize[];
  readonly orders: readonly SearchOrder[];
  readonly menu?: readonly Width[];
  readonly floor?: Width;
  readonly gamma?: number;
  readonly json?: boolean;
}

/** `qhubert compare-methods`. */
export function addCompareMethodsCommand(program: Command): void {
  const command = program
    .command("compare-methods")
    .description("robust and literal LAQ beside uniform widths, random mixes, greedy and knapsack, equally measured")
    .requiredOption("--model <file>", 'a .safetensors model; with --folds "{fold}" in it stands for the fold')
    .requiredOption("--data <folder>", "the records it was trained on: methods choose by the validation share")
    .requiredOption("--out <file>", "the study to write (.json); begun before, it goes on where it stopped")
    .option("--folds <n>", "one model a fold, as crossvalidate leaves them: their test shares as one set", countNumber)
    .option("--budgets <nats>", "divergence budgets of the robust search, or none", budgetsOf, [0.005, 0.01, 0.02])
    .option(
      "--sizes <sizes>",
      "also compare at the bytes of these: uniform widths, literal, or none",
      sizesOf,
      [] as readonly StudySize[],
    )
    .option("--orders <names>", `of the literal search: ${SEARCH_ORDERS.join(", ")}`, ordersOf, SEARCH_ORDERS)
    .option("--seeds <n>", "random mixes at each size; every fold draws its own", wholeNumber, 20)
    .option("--menu <widths>", "of all but the literal search (default: ternary,2,3,4,5,6,7,8)", menuOf)
    .option("--floor <width>", "the narrowest width of the menu that is used", widthOf)
    .option("--gamma <share>", "of the literal search: the paper's T_margin (default: 0.0001)", positiveNumber);
  addQuantizerOptions(command)
    .option("--seed <n>", "of the selection, and of the split where the model does not tell its own", wholeNumber, 1)
    .addOption(LEAD_OPTION)
    .addOption(CACHE_OPTION)
    .option("--json", "print JSON")
    .addHelpText(
      "after",
      "\nExample:\n  qhubert compare-methods --model models/resnet1d-edge.safetensors --data cinc2017 --out study.json\n" +
        '  qhubert compare-methods --model "out/edge/seed1-fold{fold}.safetensors" --folds 5 --data cinc2017 --budgets none --sizes 2,3,4 --out study.json',
    )
    .action(runCompareMethods);
}

async function runCompareMethods(args: CompareMethodsArguments): Promise<void> {
  const { menu: widths, gamma } = laqMethod("kl", {
    ...(args.menu ? { menu: args.menu } : {}),
    ...(args.gamma ? { gamma: args.gamma } : {}),
  });
  const menu = args.floor === undefined ? widths : menuFrom(widths, args.floor);
  const { budgets, sizes, orders, folds, seeds } = args;
  const foreign = sizes.find((size) => size !== "literal" && !menu.includes(size));
  if (foreign) throw new DataError(`--sizes ${foreign}: is no width of the menu ${menu.join(", ")}`);
  const options = { menu, gamma, budgets, sizes, orders };
  if (folds === undefined) {
    const model = openFloatModel(args.model);
    const study = await methodStudy(args, {
      ...options,
      path: args.model,
      model,
      out: args.out,
      seeds: seedsOf(seeds, 0),
    });
    return args.json ? printJson(study) : printStudy(study);
  }
  const models = foldModels(args.model, folds);
  const studies: Study[] = [];
  for (const [index, { path, model }] of models.entries()) {
    const out = args.out.replace(/(\.json)?$/, `.fold${index + 1}$1`);
    studies.push(await methodStudy(args, { ...options, path, model, out, seeds: seedsOf(seeds, index) }));
  }
  const pooled = poolStudies(args.model, studies, () => new SeededRandom(1));
  writeWhole(args.out, new TextEncoder().encode(`${JSON.stringify(pooled, null, 1)}\n`));
  if (args.json) printJson(pooled);
  else printPooledStudy(pooled);
}

/** Throws DataError where the models are not of the folds of one division: a record would be reported twice. */
function foldModels(pattern: string, folds: number): readonly { readonly path: string; readonly model: FloatModel }[] {
  if (folds < 2) throw new DataError(`--folds must be 2 or more, found ${folds}`);
  const seeds = new Set<number>();
  return Array.from({ length: folds }, (_, index) => {
    const path = pattern.replaceAll("{fold}", String(index + 1));
    const model = openFloatModel(path);
    const { seed, fold } = divisionOf(model.facts, 1);
    const found = fold ? `one of fold ${fold.number}/${fold.of} by seed ${seed}` : "one of no fold";
    if (fold?.number === index + 1 && fold.of === folds && seeds.add(seed).size === 1) return { path, model };
    throw new DataError(
      `${path}: expected a model of fold ${index + 1}/${folds} by the seed of the others, found ${found}`,
    );
  });
}

const seedsOf = (count: number, fold: number) => Array.from({ length: count }, (_, index) => fold * count + index + 1);

function budgetsOf(text: string): readonly number[] {
  return text === "none" ? [] : distinct(text, text.split(",").map(positiveNumber), "a budget");
}

function sizesOf(text: string): readonly StudySize[] {
  if (text === "none") return [];
  const sizes = text.split(",").map((name) => (name === "literal" ? name : widthOf(name)));
  return distinct(text, sizes, "a size");
}

function ordersOf(text: string): readonly SearchOrder[] {
  const orders = text.split(",").map((name) => {
    const order = SEARCH_ORDERS.find((known) => known === name);
    if (order) return order;
    throw new InvalidArgumentError(`expected orders of ${SEARCH_ORDERS.join(", ")}, found "${name}".`);
  });
  return distinct(text, orders, "an order");
}

function distinct<T>(text: string, values: readonly T[], what: string): readonly T[] {
  if (new Set(values).size < values.length) throw new InvalidArgumentError(`"${text}" names ${what} twice.`);
  return values;
}
