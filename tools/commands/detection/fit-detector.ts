import { type Command, InvalidArgumentError } from "commander";
import { FrontEnd } from "qhubert-engine";
import { CROSS_FIT_ROUNDS, type CrossFit, crossFit } from "../../detector/cross-fit.ts";
import { type AnnotatedFolder, type LoadedFolder, loadFolder, loadLeads } from "../../detector/fit-detector-data.ts";
import { TERMS } from "../../detector/terms.ts";
import { WeighingDetector } from "../../detector/weighing-detector.ts";
import { type BeatStatistics, beatStatistics } from "../../evaluate/beats/beat-statistics.ts";
import type { BeatScore } from "../../evaluate/beats/ec57.ts";
import { SeededRandom } from "../../random/random.ts";
import { printJson, printLine, printTable } from "../terminal/output.ts";
import { withProgress } from "../terminal/progress.ts";

interface FitDetectorArguments {
  readonly data: readonly AnnotatedFolder[];
  readonly leads?: readonly string[];
  readonly json?: boolean;
}

const SEED = 1;

/** Adds `qhubert fit-detector`. */
export function addFitDetectorCommand(program: Command): void {
  program
    .command("fit-detector")
    .description("fit the weights of the R-peak detector's evidence to annotated records, and score them by halves")
    .requiredOption("--data <folders...>", "records with reference beats; folder=10: each counts ten times", addFolder)
    .option("--leads <folders...>", "records of 8 leads or more, whose beats are what two thirds of their leads see")
    .option("--json", "print JSON")
    .addHelpText(
      "after",
      "\nExample:\n  qhubert fit-detector --data mitdb cpsc2019=20 --leads ptbxl chapman\n\nIt changes nothing: the constants that it prints belong into assembly/signal/qrs-weights.ts.",
    )
    .action(runFitDetector);
}

function addFolder(text: string, previous: readonly AnnotatedFolder[] = []): AnnotatedFolder[] {
  const [, path, times = "1"] = /^(.+?)(?:=([^=/]*))?$/.exec(text) ?? [];
  if (path === undefined || !(Number(times) > 0) || !Number.isFinite(Number(times)))
    throw new InvalidArgumentError(`expected a folder, or folder=times with a number above 0, found "${text}".`);
  return [...previous, { path, times: Number(times) }];
}

async function runFitDetector({ data, leads = [], json }: FitDetectorArguments): Promise<void> {
  const frontEnd = await FrontEnd.create();
  const folders: LoadedFolder[] = [];
  for (const folder of data) {
    folders.push(await withProgress(`conditioning ${folder.path}`, (update) => loadFolder(frontEnd, folder, update)));
  }
  const unlabelled: (readonly Int16Array[])[] = [];
  for (const folder of leads) {
    unlabelled.push(...(await withProgress(`conditioning ${folder}`, (update) => loadLeads(frontEnd, folder, update))));
  }
  const detector = WeighingDetector.create();
  const fitData = { references: folders.flatMap(({ records }) => records), unlabelled };
  let round = 0;
  const fit = await withProgress("fitting", (update) =>
    crossFit(detector, fitData, () => update(++round, CROSS_FIT_ROUNDS)),
  );
  const report = reportOf(folders, unlabelled.length, fit);
  if (json) printJson(report);
  else printReport(report);
}

type Report = ReturnType<typeof reportOf>;

function reportOf(folders: readonly LoadedFolder[], consensusRecords: number, fit: CrossFit) {
  const named = (weights: readonly number[]) => Object.fromEntries(TERMS.map(({ name }, i) => [name, weights[i]]));
  const statistics = (scores: readonly BeatScore[]) => beatStatistics(scores, new SeededRandom(SEED));
  let first = 0;
  return {
    folders: folders.map(({ path, times, records, engine, skipped }) => {
      const own = (scores: readonly BeatScore[]) => statistics(scores.slice(first, first + records.length));
      const scores = { crossFitted: own(fit.crossFitted), fitted: own(fit.fitted), engine: statistics(engine) };
      first += records.length;
      return { path, times, skipped, ...scores };
    }),
    consensusRecords,
    halves: fit.halves.map(named),
    weights: named(fit.weights),
  };
}

function printReport({ folders, consensusRecords, halves, weights }: Report): void {
  const row = (path: string, what: string, { records, matched, missed, extra, ...shares }: BeatStatistics) => [
    path,
    what,
    records,
    matched + missed,
    missed,
    extra,
    percentOf(shares.sensitivity),
    percentOf(shares.positivePredictivity),
  ];
  printTable(
    ["records of", "weights of", "records", "beats", "missed", "false", "Se", "+P"],
    folders.flatMap(({ path, crossFitted, fitted, engine }) => [
      row(path, "the other half", crossFitted),
      row(path, "all (fitted to them)", fitted),
      row(path, "the engine as it is", engine),
    ]),
  );
  for (const { path, skipped } of folders.filter(({ skipped }) => skipped.length > 0))
    printLine(`left out of ${path}, paced or without beats: ${skipped.join(", ")}`);
  if (consensusRecords > 0) printLine(`labelled by consensus of their leads: ${consensusRecords} records`);
  printLine();
  printTable(
    ["weight", "even half", "odd half", "all"],
    Object.keys(weights).map((name) => [name, halves[0][name], halves[1][name], weights[name]]),
  );
  printLine("\nassembly/signal/qrs-weights.ts with those of all:");
  for (const [name, weight] of Object.entries(weights)) printLine(`export const ${name}: i32 = ${weight};`);
}

function percentOf(share: number | null): string {
  return share === null ? "-" : (100 * share).toFixed(2);
}
