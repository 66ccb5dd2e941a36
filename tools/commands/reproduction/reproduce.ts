import { basename, join } from "node:path";
import { type Command, Option } from "commander";
import { requireTwoLabels } from "../../data/check-labels.ts";
import { openDataset } from "../../data/dataset.ts";
import { paperDataset, paperFolders } from "../../data/published/paper-protocol.ts";
import { PAPER_RESULTS } from "../../evaluate/paper-tables.ts";
import { DataError } from "../../files/data-error.ts";
import { buildGraph, FAMILY_NAMES } from "../../graph/families.ts";
import { DEFAULT_TRAIN_OPTIONS } from "../../train/recipe/options.ts";
import { conditionWithProgress, printSkipped } from "../records/load-data.ts";
import { CACHE_OPTION, countNumber, LEAD_OPTION, wholeNumber } from "../terminal/arguments.ts";
import { printJson, printNote } from "../terminal/output.ts";
import {
  differencesOf,
  isSmokeTest,
  NETWORKS_NOTE,
  PAPER_MODEL,
  printReproduction,
  type Reproduction,
} from "./reproduction-report.ts";
import { type ReproductionOptions, runReproduction } from "./reproduction-run.ts";

interface ReproduceArguments extends ReproductionOptions {
  readonly data: string;
  readonly cache?: string;
  readonly json?: boolean;
}

/** `qhubert reproduce`. */
export function addReproduceCommand(program: Command): void {
  program
    .command("reproduce")
    .description(
      "the paper's protocol on Chapman or CPSC 2018: train, compress at 8 to 1 bits and with LAQ, beside its figures",
    )
    .requiredOption(
      "--data <folder>",
      "Chapman or CPSC 2018, as published or imported, or both in folders of their own",
    )
    .option("--model <name>", `architecture: ${FAMILY_NAMES.join(", ")}`, PAPER_MODEL)
    .option("--epochs <n>", "passes over the training records", countNumber, DEFAULT_TRAIN_OPTIONS.epochs)
    .addOption(
      new Option("--criterion <name>", "of LAQ: kl to the float model, or the paper's errors")
        .choices(["kl", "errors"])
        .default("kl"),
    )
    .option("--selection-crops <n>", "validation records that LAQ judges by, at most", countNumber, 128)
    .option("--seed <n>", "of weights, batches and split", wholeNumber, DEFAULT_TRAIN_OPTIONS.seed)
    .addOption(LEAD_OPTION)
    .addOption(CACHE_OPTION)
    .option("--out <folder>", "where the models go, and what is finished")
    .option("--resume", "go on from what is finished in --out, after an interrupted run")
    .option("--json", "print JSON")
    .addHelpText(
      "after",
      "\nExample:\n  qhubert reproduce --data chapman --epochs 30 --out out/chapman\n" +
        "  qhubert reproduce --data chapman --epochs 30 --out out/chapman --resume",
    )
    .action(runReproduce);
}

async function runReproduce(args: ReproduceArguments): Promise<void> {
  // A wrong name is told before the data is read.
  buildGraph(args.model, ["0", "1"]);
  if (args.resume && !args.out) throw new DataError("--resume: takes the --out folder of the run that is to go on");
  const folders = paperFolders(args.data);
  const documents: object[] = [];
  for (const folder of folders) {
    const out = args.out && folders.length > 1 ? join(args.out, basename(folder)) : args.out;
    const reproduction = await reproduceFolder(folder, { ...args, out });
    if (!args.json) printReproduction(reproduction);
    const smokeTest = isSmokeTest(reproduction);
    documents.push({ ...reproduction, smokeTest, differences: differencesOf(reproduction), note: NETWORKS_NOTE });
  }
  if (args.json) printJson(documents.length === 1 ? documents[0] : documents);
}

async function reproduceFolder(folder: string, args: ReproduceArguments): Promise<Reproduction> {
  const dataset = openDataset(folder);
  const paper = paperDataset(dataset.classes, folder);
  requireTwoLabels(dataset, folder);
  printSkipped(folder, dataset.skipped);
  let damaged = 0;
  const onDamaged = ({ name, reason }: { name: string; reason: string }) => {
    damaged++;
    printNote(`${folder}: ${name} left out, it is damaged: ${reason}`);
  };
  const data = await conditionWithProgress(dataset, { ...args, onDamaged });
  const { rows, split } = await runReproduction(data, args, PAPER_RESULTS[paper.name]);
  return {
    dataset: paper.name,
    model: args.model,
    records: data.records.length,
    leftOut: { withoutLabelOrFile: dataset.skipped.length, damaged },
    paperRecords: paper.records,
    publishedRecords: paper.published,
    paperTestRecords: paper.testRecords,
    missingClasses: paper.classes.filter((label) => !data.classes.includes(label)),
    split: { train: split.train.length, validation: split.validation.length, test: split.test.length, seed: args.seed },
    epochs: args.epochs,
    criterion: args.criterion,
    rows,
  };
}
