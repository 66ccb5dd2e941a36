import { openDataset } from "../../data/dataset.ts";
import { FIBRILLATION_CLASSES } from "../../data/published/label-sets.ts";
import type { Dataset } from "../../data/record.ts";
import type { AtrialRhythm } from "../../data/rhythms/atrial-rhythm.ts";
import { openRhythms, type RhythmItem, rhythmItems } from "../../data/rhythms/rhythm-dataset.ts";
import { argMax } from "../../evaluate/arg-max.ts";
import {
  type DetectionFigure,
  type DetectionScore,
  type DetectionShare,
  scoreDetection,
} from "../../evaluate/detection-score.ts";
import { DataError } from "../../files/data-error.ts";
import { SeededRandom } from "../../random/random.ts";
import { divideData, divisionOf } from "../records/divide-data.ts";
import { conditionWithProgress, printSkipped } from "../records/load-data.ts";
import { percent, percentInterval, printJson, printLine, printTable } from "../terminal/output.ts";
import { type Classifier, openClassifier } from "./classifier.ts";

export const FLUTTER_CHOICES = ["af", "other", "omit"] as const;

export interface AfArguments {
  readonly model: string;
  readonly data: string;
  readonly lead?: string;
  readonly cache?: string;
  readonly share: "all" | "train" | "validation" | "test";
  readonly seed: number;
  readonly windowSeconds: number;
  readonly flutter: (typeof FLUTTER_CHOICES)[number];
  readonly json?: boolean;
}

/** `qhubert evaluate --question af`: is it atrial fibrillation or not, on any records whose rhythm can be told. */
export async function evaluateAf(args: AfArguments): Promise<void> {
  const classifier = await openClassifier(args.model);
  const afIndex = classifier.classes.findIndex((name) => FIBRILLATION_CLASSES.includes(name));
  if (afIndex < 0) {
    throw new DataError(
      `${args.model}: its classes are ${classifier.classes.join(", ")}, expected one named ${FIBRILLATION_CLASSES.join(", ")}`,
    );
  }
  const { items, mixed, flutterLeftOut } = await loadItems(args, classifier);
  const logits = await classifier.decide(items);
  const outcomes = items.map(({ source, rhythm }, i) => ({
    source,
    truth: isAf(rhythm, args.flutter),
    ...answerOf(logits[i], afIndex, isAf(rhythm, args.flutter)),
  }));
  const score = scoreDetection(outcomes, new SeededRandom(1));
  const found = (rhythm: AtrialRhythm) => ({
    found: outcomes.filter(({ answer }, i) => answer && items[i].rhythm === rhythm).length,
    of: items.filter((item) => item.rhythm === rhythm).length,
  });
  const result: AfResult = {
    model: args.model,
    data: args.data,
    question: "af",
    afClass: classifier.classes[afIndex],
    records: new Set(items.map(({ name }) => name)).size,
    ...score,
    answeredAf: { fibrillation: found("fibrillation"), flutter: found("flutter"), other: found("other") },
    undecided: logits.filter((row) => row === null).length,
    leftOut: { mixedWindows: mixed, flutter: flutterLeftOut },
    flutterCountsAs: args.flutter,
    windowSeconds: args.windowSeconds,
    share: args.share,
    measured: classifier.isFloat ? "in float" : "on the integer engine",
  };
  if (args.json) printJson(result);
  else printResult(result);
}

interface Found {
  readonly found: number;
  readonly of: number;
}

interface AfResult extends DetectionScore {
  readonly model: string;
  readonly data: string;
  readonly question: "af";
  readonly afClass: string;
  readonly records: number;
  readonly answeredAf: Readonly<Record<AtrialRhythm, Found>>;
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

/** The records that `train` puts into a share of the data: only where they have labels to divide by. */
function shareOf(dataset: Dataset, { data, share, seed }: AfArguments, trainingFacts: unknown): Dataset {
  if (share === "all") return dataset;
  const names = new Set(divideData(openDataset(data), divisionOf(trainingFacts, seed))[share].map(({ name }) => name));
  return { ...dataset, records: dataset.records.filter(({ name }) => names.has(name)) };
}

function isAf(rhythm: AtrialRhythm, flutter: AfArguments["flutter"]): boolean {
  return rhythm === "fibrillation" || (rhythm === "flutter" && flutter === "af");
}

/** AF where its logit is the largest; its lead over the others is the score. No decision is a wrong one. */
function answerOf(
  logits: ArrayLike<number> | null,
  afIndex: number,
  truth: boolean,
): { answer: boolean; score: number } {
  if (logits === null) return { answer: !truth, score: truth ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY };
  const others = Array.from(logits).filter((_, index) => index !== afIndex);
  return { answer: argMax(logits) === afIndex, score: logits[afIndex] - Math.max(...others) };
}

/** Below this a bootstrap over sources covers far less than 95 %. */
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
