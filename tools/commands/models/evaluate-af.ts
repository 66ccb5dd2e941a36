import { openDataset } from "../../data/dataset.ts";
import { divideData, divisionOf } from "../../data/division.ts";
import type { Dataset } from "../../data/record.ts";
import { AF_LABELS } from "../../data/rhythms/atrial-rhythm.ts";
import { openRhythms, type RhythmItem, rhythmItems } from "../../data/rhythms/rhythm-dataset.ts";
import { type AfAnswers, type FlutterChoice, scoreAf } from "../../evaluate/af-question.ts";
import type { DetectionFigure, DetectionScore, DetectionShare } from "../../evaluate/detection-score.ts";
import { DataError } from "../../files/data-error.ts";
import { conditionWithProgress, printSkipped } from "../records/load-data.ts";
import { percent, percentInterval, printJson, printLine, printTable } from "../terminal/output.ts";
import { type Classifier, openClassifier } from "./classifier.ts";

export interface AfArguments {
  readonly model: string;
  readonly data: string;
  readonly lead?: string;
  readonly cache?: string;
  readonly share: "all" | "train" | "validation" | "test";
  readonly seed: number;
  readonly windowSeconds: number;
  readonly flutter: FlutterChoice;
  readonly json?: boolean;
}

/** `qhubert evaluate --question af`: is it atrial fibrillation or not, on any records whose rhythm can be told. */
export async function evaluateAf(args: AfArguments): Promise<void> {
  const classifier = await openClassifier(args.model);
  const afIndex = classifier.classes.findIndex((name) => AF_LABELS.includes(name));
  if (afIndex < 0) {
    throw new DataError(
      `${args.model}: its classes are ${classifier.classes.join(", ")}, expected one named ${AF_LABELS.join(", ")}`,
    );
  }
  const { items, mixed, flutterLeftOut } = await loadItems(args, classifier);
  const { score, answeredAf, undecided } = scoreAf(items, await classifier.decide(items), afIndex, args.flutter);
  const result: AfResult = {
    model: args.model,
    data: args.data,
    question: "af",
    afClass: classifier.classes[afIndex],
    records: new Set(items.map(({ name }) => name)).size,
    ...score,
    answeredAf,
    undecided,
    leftOut: { mixedWindows: mixed, flutter: flutterLeftOut },
    flutterCountsAs: args.flutter,
    windowSeconds: args.windowSeconds,
    share: args.share,
    measured: classifier.isFloat ? "in float" : "on the integer engine",
  };
  if (args.json) printJson(result);
  else printResult(result);
}

interface AfResult extends DetectionScore {
  readonly model: string;
  readonly data: string;
  readonly question: "af";
  readonly afClass: string;
  readonly records: number;
  readonly answeredAf: AfAnswers["answeredAf"];
  readonly undecided: number;
  readonly leftOut: { readonly mixedWindows: number; readonly flutter: number };
  readonly flutterCountsAs: AfArguments["flutter"];
  readonly windowSeconds: number;
  readonly share: string;
  readonly measured: string;
}

async function loadItems(
  args: AfArguments,
  { trainingFacts }: Classifier,
): Promise<{ items: readonly RhythmItem[]; mixed: number; flutterLeftOut: number }> {
  const { dataset, rhythms, skipped } = openRhythms(args.data);
  printSkipped(args.data, skipped);
  const { records } = await conditionWithProgress(shareOf(dataset, args, trainingFacts), args);
  const { items, mixed } = rhythmItems(records, rhythms, args.windowSeconds);
  const kept = args.flutter === "omit" ? items.filter(({ rhythm }) => rhythm !== "flutter") : items;
  if (kept.length > 0) return { items: kept, mixed, flutterLeftOut: items.length - kept.length };
  throw new DataError(
    `${args.data}: no window of ${args.windowSeconds} s has one rhythm throughout (${mixed} have several), expected one or more`,
  );
}

/** Keeps the records of one share, as `train` divides the data; all but the share "all" need labels to divide by. */
function shareOf(dataset: Dataset, { data, share, seed }: AfArguments, trainingFacts: unknown): Dataset {
  if (share === "all") return dataset;
  const names = new Set(divideData(openDataset(data), divisionOf(trainingFacts, seed))[share].map(({ name }) => name));
  return { ...dataset, records: dataset.records.filter(({ name }) => names.has(name)) };
}

/** With fewer sources a bootstrap over them covers far less than 95 %. */
const FEW_SOURCES = 20;

function printResult(result: AfResult): void {
  const { items, sources, positives, answeredAf, leftOut, windowSeconds } = result;
  printLine(
    `${result.model}: AF or not, on ${items} items of ${result.records} records of ${sources} patients or records ` +
      `(${result.share} of ${result.data}), ${positives} of them AF`,
  );
  printTable(
    ["figure", "value", "count", "95 % interval"],
    [
      ["sensitivity", ...shareCells(result.sensitivity)],
      ["specificity", ...shareCells(result.specificity)],
      ["positive predictive value", ...shareCells(result.ppv)],
      ["F1", ...figureCells(result.f1)],
      ["AUROC of the AF margin", ...figureCells(result.auroc)],
    ],
  );
  const { fibrillation, flutter, other } = answeredAf;
  printLine(
    `answered AF: ${fibrillation.found} of ${fibrillation.of} fibrillation, ${flutter.found} of ${flutter.of} flutter ` +
      `(counts as ${result.flutterCountsAs}), ${other.found} of ${other.of} other`,
  );
  const parts = [
    leftOut.mixedWindows > 0 ? `${leftOut.mixedWindows} windows of ${windowSeconds} s whose rhythm changes` : "",
    leftOut.flutter > 0 ? `${leftOut.flutter} items of flutter` : "",
  ].filter(Boolean);
  if (parts.length > 0) printLine(`left out: ${parts.join(", ")}`);
  if (result.undecided > 0) printLine(`${result.undecided} items were too short for a decision and count as wrong`);
  if (sources < FEW_SOURCES)
    printLine(`with ${sources} patients or records the intervals are too narrow to be relied on`);
  printLine(
    `measured ${result.measured}; intervals by bootstrap over patients or records, Wilson's where each has one item`,
  );
}

function shareCells(share: DetectionShare): string[] {
  const [value, , interval] = figureCells(share, percent, percentInterval);
  return [value, `${share.hits} of ${share.of}`, interval];
}

function figureCells(
  { value, ci95 }: DetectionFigure,
  text: (value: number) => string = (share) => share.toFixed(3),
  intervalText: (interval: readonly [number, number]) => string = (ends) => ends.map((end) => end.toFixed(3)).join("-"),
): string[] {
  return [value === null ? "-" : text(value), "", ci95 === null ? "-" : intervalText(ci95)];
}
