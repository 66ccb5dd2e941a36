import { existsSync, readFileSync } from "node:fs";
import { type Command, InvalidArgumentError } from "commander";
import { DataError } from "../data/record.ts";
import type { RhythmScore } from "../evaluate/score.ts";
import { writeWhole } from "../export/write-whole.ts";
import type { FloatModel } from "../graph/model.ts";
import { openCandidates } from "../quantize/candidates.ts";
import { laqMethod, menuFrom } from "../quantize/compression-method.ts";
import { runStudy } from "../quantize/run-study.ts";
import type { Study, StudyMethod } from "../quantize/study.ts";
import type { Width } from "../quantize/width.ts";
import { CACHE_OPTION, LEAD_OPTION, positiveNumber, wholeNumber } from "./arguments.ts";
import { divideData, divisionOf } from "./divide-data.ts";
import { firstDifference } from "./first-difference.ts";
import { loadData } from "./load-data.ts";
import { openFloatModel } from "./model-files.ts";
import { printJson, printNote } from "./output.ts";
import { addQuantizerOptions, candidateOptionsOf, menuOf, type QuantizerArguments, widthOf } from "./search-options.ts";
import { ShareComparer } from "./share-comparer.ts";
import { printStudy } from "./study-table.ts";

interface CompareMethodsArguments extends QuantizerArguments {
  readonly model: string;
  readonly data: string;
  readonly out: string;
  readonly seeds: number;
  readonly budgets: readonly number[];
  readonly menu?: readonly Width[];
  readonly floor?: Width;
  readonly gamma?: number;
  readonly seed: number;
  readonly lead?: string;
  readonly cache?: string;
  readonly json?: boolean;
}

/** `qhubert compare-methods`. */
export function addCompareMethodsCommand(program: Command): void {
  const command = program
    .command("compare-methods")
    .description("robust and literal LAQ beside uniform widths, random mixes, greedy and knapsack, equally measured")
    .requiredOption("--model <file>", "a .safetensors model")
    .requiredOption("--data <folder>", "the records it was trained on: methods choose by the validation share")
    .requiredOption("--out <file>", "the study to write (.json); begun before, it goes on where it stopped")
    .option("--budgets <nats>", "divergence budgets of the robust search", budgetsOf, [0.005, 0.01, 0.02])
    .option("--seeds <n>", "random mixes at the bytes of each robust result", wholeNumber, 20)
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
      "\nExample:\n  qhubert compare-methods --model models/resnet1d-edge.safetensors --data cinc2017 --out study.json",
    )
    .action(runCompareMethods);
}

async function runCompareMethods(args: CompareMethodsArguments): Promise<void> {
  const { menu: widths, gamma } = laqMethod("kl", {
    ...(args.menu ? { menu: args.menu } : {}),
    ...(args.gamma ? { gamma: args.gamma } : {}),
  });
  const menu = args.floor === undefined ? widths : menuFrom(widths, args.floor);
  const begun = readStudy(args.out);
  const model = openFloatModel(args.model);
  const data = await loadData(args.data, { ...args, knownTo: { model: args.model, classes: model.graph.classes } });
  const split = divideData(data, divisionOf(model.facts, args.seed));
  const journal = `${args.out}.journal`;
  const options = { ...candidateOptionsOf(args), model, records: split.validation, seed: args.seed, journal };
  const opened: { close(): Promise<void> }[] = [];
  const open = <T extends { close(): Promise<void> }>(resource: T): T => {
    opened.push(resource);
    return resource;
  };
  try {
    const candidates = open(openCandidates(options, menu[menu.length - 1], "compare-methods"));
    const validation = open(await ShareComparer.start(model, split.validation, args.workers));
    const test = open(await ShareComparer.start(model, split.test, args.workers));
    const shares = { selection: split.validation.length, reported: split.test.length };
    let study = emptyStudy(args, { model, name: data.name, shares, crops: candidates.crops.length, float: test.float });
    const kept = begun === null ? [] : keptMethods(args.out, begun, study);
    await runStudy(candidates, {
      menu,
      budgets: args.budgets,
      seeds: args.seeds,
      gamma,
      kept,
      compare: async (file) => ({ validation: await validation.compare(file), test: await test.compare(file) }),
      onMethod: (method) => {
        study = { ...study, methods: [...study.methods, method] };
        if (study.methods.length >= kept.length) writeStudy(args.out, study);
        const { correct, records } = correctOf(method);
        printNote(`${method.label}: ${method.fileBytes} B, ${correct} of ${records} right`);
      },
    });
    writeStudy(args.out, study);
    if (args.json) printJson(study);
    else printStudy(study);
  } finally {
    await Promise.all(opened.map((resource) => resource.close()));
  }
}

function emptyStudy(
  args: CompareMethodsArguments,
  made: {
    readonly model: FloatModel;
    /** Of the data. */
    readonly name: string;
    readonly shares: { readonly selection: number; readonly reported: number };
    readonly crops: number;
    readonly float: RhythmScore;
  },
): Study {
  return {
    kind: "study",
    model: args.model,
    data: {
      name: made.name,
      share: "test",
      records: made.shares.reported,
      selectionRecords: made.shares.selection,
      selectionCrops: made.crops,
      seed: args.seed,
    },
    quantization: candidateOptionsOf(args).quantization,
    classes: made.model.graph.classes,
    float: made.float,
    methods: [],
  };
}

function correctOf({ test: { compressed } }: StudyMethod): { correct: number; records: number } {
  return { correct: Math.round(compressed.accuracy * compressed.records), records: compressed.records };
}

/** A study begun before, null where there is none. Throws DataError on a file that is no study. */
function readStudy(path: string): Study | null {
  if (!existsSync(path)) return null;
  let found: Study | null = null;
  try {
    found = JSON.parse(readFileSync(path, "utf8"));
  } catch {}
  if (found?.kind === "study" && Array.isArray(found.methods)) return found;
  throw new DataError(`${path}: is no study to go on with; expected the JSON of compare-methods or no file`);
}

/** Its methods. Throws DataError where it is of something else than this one. */
function keptMethods(path: string, begun: Study, study: Study): readonly StudyMethod[] {
  const difference = firstDifference({ ...begun, methods: [] }, JSON.parse(JSON.stringify(study)));
  if (difference) throw new DataError(`${path}: is of another study: ${difference}`);
  return begun.methods;
}

function writeStudy(path: string, study: Study): void {
  writeWhole(path, new TextEncoder().encode(`${JSON.stringify(study, null, 1)}\n`));
}

function budgetsOf(text: string): readonly number[] {
  const budgets = text.split(",").map(positiveNumber);
  if (new Set(budgets).size < budgets.length) throw new InvalidArgumentError(`"${text}" names a budget twice.`);
  return budgets;
}
