import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { type Command, Option } from "commander";
import { openDataset } from "../data/dataset.ts";
import { paperDataset, paperSplit, paperWindows } from "../data/paper-protocol.ts";
import { SeededRandom } from "../data/random.ts";
import type { ConditionedRecord } from "../data/record.ts";
import type { Split } from "../data/split.ts";
import { argMax } from "../evaluate/arg-max.ts";
import { mcnemar } from "../evaluate/mcnemar.ts";
import { scoreAsPaper } from "../evaluate/paper-score.ts";
import { PAPER_RESULTS, type PaperFigures } from "../evaluate/paper-tables.ts";
import { writeFloatModel } from "../export/safetensors.ts";
import { writeWhole } from "../export/write-whole.ts";
import { buildGraph, FAMILY_NAMES } from "../graph/families.ts";
import { type Graph, isWeighted } from "../graph/graph.ts";
import type { FloatModel } from "../graph/model.ts";
import { type Compressed, compress } from "../quantize/compress.ts";
import { parseMethod } from "../quantize/compression-method.ts";
import type { Criterion } from "../quantize/engine-loss.ts";
import { BIT_WIDTHS } from "../quantize/width.ts";
import { selectBackend } from "../train/backends.ts";
import { DEFAULT_TRAIN_OPTIONS } from "../train/options.ts";
import { PAPER_RECIPE } from "../train/paper-recipe.ts";
import { predict } from "../train/predict.ts";
import { train } from "../train/train.ts";
import { countNumber, wholeNumber } from "./arguments.ts";
import { scoreOnEngine } from "./evaluate.ts";
import { conditionWithProgress } from "./load-data.ts";
import { printJson, printNote } from "./output.ts";
import { startProgress } from "./progress.ts";
import {
  differencesOf,
  isSmokeTest,
  PAPER_MODEL,
  printReproduction,
  type Reproduction,
  type ReproductionRow,
} from "./reproduction-report.ts";

interface ReproduceArguments {
  readonly data: string;
  readonly model: string;
  readonly epochs: number;
  readonly criterion: Criterion;
  readonly selectionCrops: number;
  readonly seed: number;
  readonly lead?: string;
  readonly cache?: string;
  readonly out?: string;
  readonly json?: boolean;
}

/** `qhubert reproduce`. */
export function addReproduceCommand(program: Command): void {
  program
    .command("reproduce")
    .description(
      "the paper's protocol on Chapman or CPSC 2018: train, compress at 8 to 1 bits and with LAQ, beside its figures",
    )
    .requiredOption("--data <folder>", "Chapman or CPSC 2018, as published or imported")
    .option("--model <name>", `architecture: ${FAMILY_NAMES.join(", ")}`, PAPER_MODEL)
    .option("--epochs <n>", "passes over the training records", countNumber, DEFAULT_TRAIN_OPTIONS.epochs)
    .addOption(
      new Option("--criterion <name>", "of LAQ: kl to the float model, or the paper's errors")
        .choices(["kl", "errors"])
        .default("kl"),
    )
    .option("--selection-crops <n>", "validation records that LAQ judges by, at most", countNumber, 128)
    .option("--seed <n>", "of weights, batches and split", wholeNumber, DEFAULT_TRAIN_OPTIONS.seed)
    .option("--lead <name|index>", "lead of records with several (default: II, else the first)")
    .option("--cache <folder>", "where conditioned records are kept")
    .option("--out <folder>", "also write the float model and every .qhb there")
    .option("--json", "print JSON")
    .addHelpText(
      "after",
      "\nExample:\n  qhubert reproduce --data chapman --epochs 30 --out out/chapman\n" +
        "A damaged record stops it; `qhubert data import --skip-damaged` leaves such records out.",
    )
    .action(runReproduce);
}

async function runReproduce(args: ReproduceArguments): Promise<void> {
  buildGraph(args.model, ["0", "1"]); // a wrong name is told before the data is read
  const dataset = openDataset(args.data);
  const paper = paperDataset(dataset.classes, args.data);
  const data = await conditionWithProgress(dataset, args);
  const split = paperSplit(paperWindows(data.records), args.seed);
  if (args.out) mkdirSync(args.out, { recursive: true });
  const model = await trainAsPaper(buildGraph(args.model, data.classes), split, args);
  const reproduction: Reproduction = {
    dataset: paper.name,
    model: args.model,
    records: data.records.length,
    paperRecords: paper.records,
    missingClasses: paper.classes.filter((label) => !data.classes.includes(label)),
    split: { train: split.train.length, validation: split.validation.length, test: split.test.length, seed: args.seed },
    epochs: args.epochs,
    criterion: args.criterion,
    rows: await tableRows(model, split, args, PAPER_RESULTS[paper.name]),
  };
  if (args.json) {
    printJson({ ...reproduction, smokeTest: isSmokeTest(reproduction), differences: differencesOf(reproduction) });
    return;
  }
  printReproduction(reproduction);
}

async function trainAsPaper(
  graph: Graph,
  split: Split<ConditionedRecord>,
  args: ReproduceArguments,
): Promise<FloatModel> {
  const backend = await selectBackend();
  printNote(`training backend: ${backend.name} (${backend.description})`);
  const progress = startProgress("training");
  const { model } = await train({
    graph,
    train: split.train,
    validation: split.validation,
    options: { ...PAPER_RECIPE, epochs: args.epochs, seed: args.seed },
    onProgress: ({ epoch, epochs, step, steps, loss, cropsPerSecond }) =>
      progress.update(
        (epoch - 1) * steps + step,
        epochs * steps,
        `epoch ${epoch} of ${epochs}, loss ${loss.toFixed(3)}, ${cropsPerSecond.toFixed(1)} records/s`,
      ),
  });
  progress.end();
  if (args.out) writeFloatModel(join(args.out, "float.safetensors"), model);
  return model;
}

/** Full precision in float; 8 to 1 bits and LAQ on the engine. All on the test part, which chose nothing. */
async function tableRows(
  model: FloatModel,
  { validation, test }: Split<ConditionedRecord>,
  args: ReproduceArguments,
  paper: Readonly<Record<string, PaperFigures>>,
): Promise<ReproductionRow[]> {
  const { classes } = model.graph;
  const truths = test.map(({ label }) => classes.indexOf(label));
  const floatPredictions = predict(model, test).map(({ mean }) => argMax(mean));
  const rowOf = (method: string, predictions: readonly number[]) => ({
    method,
    score: scoreAsPaper(truths, predictions, classes.length, new SeededRandom(1)),
    againstFloat: mcnemar(truths, floatPredictions, predictions),
    paper: paper[method] ?? null,
  });

  const rows: ReproductionRow[] = [{ ...rowOf("float", floatPredictions), ratios: null, meanBits: 32 }];
  const methods = [...BIT_WIDTHS].reverse().map((width) => `fixed:${width}`);
  for (const method of [...methods, "laq"]) {
    const { file, report } = await compressWithNotes(model, validation, method, args);
    if (args.out) writeWhole(join(args.out, `${method.replace(":", "-")}.qhb`), file);
    const { predictions } = await scoreOnEngine(file, classes, test);
    rows.push({ ...rowOf(method, predictions), ratios: report.ratios, meanBits: report.meanBits });
  }
  return rows;
}

/** Records whose activations set the ranges, at most. */
const CALIBRATION_RECORDS = 32;

async function compressWithNotes(
  model: FloatModel,
  selection: readonly ConditionedRecord[],
  method: string,
  { criterion, selectionCrops, seed }: ReproduceArguments,
): Promise<Compressed> {
  const progress = startProgress(`compressing, ${method}`);
  const layers = model.graph.nodes.filter(isWeighted).length;
  const settled = new Set<string>();
  // A record is one window: a second crop of it would be the same again.
  const compressed = await compress({
    model,
    records: selection,
    method: parseMethod(method, criterion),
    seed,
    selectionCrops: Math.min(selectionCrops, selection.length),
    calibrationCrops: Math.min(CALIBRATION_RECORDS, selection.length),
    onStep: ({ layer, width, outcome }) => {
      if (outcome !== "refused") settled.add(layer);
      progress.update(settled.size, layers, `${layer} at ${width}: ${outcome}`);
    },
  });
  progress.end();
  return compressed;
}
