import type { Command } from "commander";
import { methodStudy } from "../../compare/method-study.ts";
import { readStudy } from "../../compare/study-file.ts";
import { divisionOf } from "../../data/division.ts";
import { openFloatModel } from "../../export/model-files.ts";
import { DataError } from "../../files/data-error.ts";
import { writeWhole } from "../../files/write-whole.ts";
import type { FloatModel } from "../../graph/model.ts";
import { menuFrom } from "../../quantize/compression-method.ts";
import { poolStudies } from "../../quantize/study/pool-studies.ts";
import type { Study, StudyMethod } from "../../quantize/study/study.ts";
import type { Width } from "../../quantize/width.ts";
import { SeededRandom } from "../../random/random.ts";
import { openShares } from "../records/open-shares.ts";
import { CACHE_OPTION, countNumber, LEAD_OPTION, wholeNumber } from "../terminal/arguments.ts";
import { printJson, printNote } from "../terminal/output.ts";
import { printPooledStudy } from "./pooled-table.ts";
import { addQuantizerOptions, quantizerOptions } from "./quantizer-options.ts";
import { addStudyOptions, type StudyChoices, studyChoices } from "./study-options.ts";
import { printStudy } from "./study-table.ts";

interface CompareMethodsArguments {
  readonly model: string;
  readonly data: string;
  readonly out: string;
  readonly folds?: number;
  readonly floor?: Width;
  readonly seed: number;
  readonly lead?: string;
  readonly cache?: string;
  readonly json?: boolean;
}

/** A model file of a study. */
interface StudyModel {
  readonly path: string;
  readonly model: FloatModel;
}

/** `qhubert compare-methods`. */
export function addCompareMethodsCommand(program: Command): void {
  const command = program
    .command("compare-methods")
    .description("robust and literal LAQ beside uniform widths, random mixes, greedy and knapsack, equally measured")
    .requiredOption("--model <file>", 'a .safetensors model; with --folds "{fold}" in it stands for the fold')
    .requiredOption("--data <folder>", "the records it was trained on: methods choose by the validation share")
    .requiredOption("--out <file>", "the study to write (.json); begun before, it goes on where it stopped")
    .option("--folds <n>", "one model a fold, as crossvalidate leaves them: their test shares as one set", countNumber);
  addQuantizerOptions(addStudyOptions(command))
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
  const choices = choicesOf(args);
  const { model: pattern, out, folds, json } = args;
  if (folds === undefined) {
    const study = await studyOf(args, choices, { path: pattern, model: openFloatModel(pattern) }, out, 0);
    return json ? printJson(study) : printStudy(study);
  }
  const studies: Study[] = [];
  for (const [index, model] of foldModels(pattern, folds).entries()) {
    const own = out.replace(/(\.json)?$/, `.fold${index + 1}$1`);
    studies.push(await studyOf(args, choices, model, own, index));
  }
  const pooled = poolStudies(pattern, studies, () => new SeededRandom(1));
  writeWhole(out, new TextEncoder().encode(`${JSON.stringify(pooled, null, 1)}\n`));
  if (json) printJson(pooled);
  else printPooledStudy(pooled);
}

/** The options of a study. Throws DataError on a size that the menu lacks, RangeError on a floor that leaves no width. */
function choicesOf(args: CompareMethodsArguments): StudyChoices {
  const choices = studyChoices(args);
  const menu = args.floor === undefined ? choices.menu : menuFrom(choices.menu, args.floor);
  const foreign = choices.sizes.find((size) => size !== "literal" && !menu.includes(size));
  if (foreign) throw new DataError(`--sizes ${foreign}: is no width of the menu ${menu.join(", ")}`);
  return { ...choices, menu };
}

/** Runs the study of one model. @param fold index of the model's fold, whose random mixes are its own */
async function studyOf(
  args: CompareMethodsArguments,
  { mixes, ...choices }: StudyChoices,
  { path, model }: StudyModel,
  out: string,
  fold: number,
): Promise<Study> {
  const begun = readStudy(out);
  const { split, facts } = await openShares({ path, classes: model.graph.classes, facts: model.facts }, args);
  return methodStudy({
    ...{ path, model, out, begun },
    data: { name: facts.dataset, validation: split.validation, test: split.test },
    candidates: { ...quantizerOptions(args), seed: args.seed },
    study: { ...choices, seeds: Array.from({ length: mixes }, (_, index) => fold * mixes + index + 1) },
    onMethod: noteMethod,
  });
}

function noteMethod({ label, fileBytes, test: { compressed } }: StudyMethod): void {
  const right = Math.round(compressed.accuracy * compressed.records);
  printNote(`${label}: ${fileBytes} B, ${right} of ${compressed.records} right`);
}

/** Opens the models of all folds. Throws DataError unless they are of one division: else a record would be reported twice. */
function foldModels(pattern: string, folds: number): readonly StudyModel[] {
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
