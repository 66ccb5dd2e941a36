import { type Command, Option } from "commander";
import type { ConditionedRecord } from "../data/record.ts";
import { argMax } from "../evaluate/arg-max.ts";
import { decideRecords } from "../evaluate/decide.ts";
import type { RhythmScore } from "../evaluate/score.ts";
import { selectBackend } from "../train/backends.ts";
import { wholeNumber } from "./arguments.ts";
import { loadData, splitData } from "./load-data.ts";
import { openFloatModel, openModel } from "./model-files.ts";
import { percent, percentInterval, printJson, printLine, printTable } from "./output.ts";
import { startProgress } from "./progress.ts";
import { score, scoreFloat } from "./scores.ts";

const SHARES = ["all", "train", "validation", "test"] as const;

interface EvaluateArguments {
  readonly model: string;
  readonly data: string;
  readonly lead?: string;
  readonly cache?: string;
  readonly share: (typeof SHARES)[number];
  readonly seed: number;
  readonly json?: boolean;
}

/** `qhubert evaluate`. */
export function addEvaluateCommand(program: Command): void {
  program
    .command("evaluate")
    .description("score a model on labelled records: .qhb on the engine, .safetensors in float")
    .requiredOption("--model <file>", "a .qhb or .safetensors model")
    .requiredOption("--data <folder>", "records with REFERENCE.csv, or CPSC 2018 or Chapman as published")
    .addOption(new Option("--share <share>", "part of the data, as `train` divides it").choices(SHARES).default("all"))
    .option("--seed <n>", "of that division", wholeNumber, 1)
    .option("--lead <name|index>", "lead of records with several (default: II, else the first)")
    .option("--cache <folder>", "where conditioned records are kept")
    .option("--json", "print JSON")
    .addHelpText(
      "after",
      "\nExample:\n  qhubert evaluate --model models/resnet1d-edge.qhb --data cinc2017 --share test",
    )
    .action(runEvaluate);
}

async function runEvaluate(args: EvaluateArguments): Promise<void> {
  const scored = await scoreFile(args.model, async (classes) => {
    const data = await loadData(args.data, { ...args, knownTo: { model: args.model, classes } });
    return args.share === "all" ? data.records : splitData(data, args.seed)[args.share];
  });
  const { classes, score: result, undecided } = scored;
  if (args.json) {
    return printJson({
      model: args.model,
      records: result.records,
      labels: classes,
      accuracy: result.accuracy,
      ci95: result.accuracyInterval,
      f1: result.f1,
      f1Macro: result.f1Macro,
      f1MacroCi95: result.f1MacroInterval,
      confusion: result.confusion,
      undecided,
      share: args.share,
      measured: args.model.endsWith(".qhb") ? "on the integer engine" : "in float",
    });
  }
  printLine(`${args.model} on ${result.records} records (${args.share} of ${args.data})`);
  printLine(`accuracy ${percent(result.accuracy)}, 95 % interval ${percentInterval(result.accuracyInterval)}`);
  printLine(
    `F1 ${result.f1Macro.toFixed(3)}, 95 % interval ${result.f1MacroInterval.map((x) => x.toFixed(3)).join("-")}`,
  );
  printTable(
    ["true \\ decided", ...classes, "F1"],
    classes.map((label, row) => [label, ...result.confusion[row], result.f1[label]?.toFixed(3) ?? "-"]),
  );
  if (undecided > 0) printLine(`${undecided} records were too short for a decision and count as wrong`);
}

interface ScoredFile {
  readonly classes: readonly string[];
  readonly score: RhythmScore;
  /** Records too short for a decision. */
  readonly undecided: number;
}

async function scoreFile(
  path: string,
  load: (classes: readonly string[]) => Promise<readonly ConditionedRecord[]>,
): Promise<ScoredFile> {
  if (path.endsWith(".safetensors")) {
    const model = openFloatModel(path);
    const { classes } = model.graph;
    const records = await load(classes);
    await selectBackend();
    return { classes, score: scoreFloat(model, records), undecided: 0 };
  }
  const { model } = await openModel(path);
  return { classes: model.classes, ...(await scoreOnEngine(model.bytes, model.classes, await load(model.classes))) };
}

/** Scores a packed model on the engine. A record without a decision counts as wrong: it gets the next class. */
export async function scoreOnEngine(
  model: Uint8Array,
  classes: readonly string[],
  records: readonly ConditionedRecord[],
): Promise<{ score: RhythmScore; predictions: readonly number[]; undecided: number }> {
  const progress = startProgress("deciding records");
  const decided = await decideRecords(model, records, (done, total) => progress.update(done, total));
  progress.end();
  const truths = records.map(({ label }) => classes.indexOf(label));
  const predictions = decided.map(({ logits }, i) => (logits ? argMax(logits) : (truths[i] + 1) % classes.length));
  return {
    score: score(truths, predictions, classes),
    predictions,
    undecided: decided.filter(({ logits }) => logits === null).length,
  };
}
