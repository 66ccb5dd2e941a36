import { createHash } from "node:crypto";
import { paperSplit, paperWindows } from "../data/published/paper-protocol.ts";
import type { ConditionedDataset, ConditionedRecord } from "../data/record.ts";
import type { Split } from "../data/split.ts";
import { argMax } from "../evaluate/arg-max.ts";
import { decideRecords } from "../evaluate/decide.ts";
import { mcnemar } from "../evaluate/intervals/mcnemar.ts";
import { scoreAsPaper } from "../evaluate/paper-score.ts";
import type { PaperFigures } from "../evaluate/paper-tables.ts";
import { scoreLogits } from "../evaluate/score-logits.ts";
import { buildGraph } from "../graph/families.ts";
import { isWeighted } from "../graph/graph.ts";
import type { FloatModel } from "../graph/model.ts";
import { type Compressed, compress } from "../quantize/compress.ts";
import { parseMethod } from "../quantize/compression-method.ts";
import type { Criterion } from "../quantize/loss/engine-loss.ts";
import { BIT_WIDTHS } from "../quantize/width.ts";
import { SeededRandom } from "../random/random.ts";
import { type BackendChoice, selectBackend } from "../train/backends.ts";
import { predict } from "../train/predict.ts";
import { trainOptions } from "../train/recipe/checked-options.ts";
import { PAPER_RECIPE } from "../train/recipe/paper-recipe.ts";
import { train } from "../train/train.ts";
import type { ReproductionRow } from "./reproduction.ts";
import { type KeptRow, ReproductionStore } from "./reproduction-store.ts";

export interface ReproductionOptions {
  readonly model: string;
  readonly epochs: number;
  readonly criterion: Criterion;
  readonly selectionCrops: number;
  readonly seed: number;
  readonly lead?: string;
  /** The folder where models and finished parts are kept. */
  readonly out?: string;
  /** Whether to go on from the finished parts in `out`. */
  readonly resume?: boolean;
}

interface ReproductionWatcher {
  /** Called with the backend that the training runs on. */
  onBackend?(backend: BackendChoice): void;
  /** Called with the progress of one stage: training, then for each row compressing and deciding. */
  onProgress?(done: number, total: number, stage: string, note?: string): void;
}

/** The rows of the paper's table in its order, as `compress --method` names them. */
const METHODS = ["float", ...[...BIT_WIDTHS].reverse().map((width) => `fixed:${width}`), "laq"];

/** Records whose activations set the ranges, at most. */
const CALIBRATION_RECORDS = 32;

/**
 * Carries out the paper's protocol on one data set: trains, then measures every row on the test part, full precision in
 * float, all others on the engine.
 */
export async function runReproduction(
  data: ConditionedDataset,
  options: ReproductionOptions,
  paper: Readonly<Record<string, PaperFigures>>,
  watcher: ReproductionWatcher = {},
): Promise<{ rows: readonly ReproductionRow[]; split: Split<ConditionedRecord> }> {
  const split = paperSplit(paperWindows(data.records), options.seed);
  const keep = options.out
    ? ReproductionStore.open(options.out, planOf(data, options), METHODS, !!options.resume)
    : null;
  const run: RunContext = { split, options, keep, watcher };
  const model = keep?.floatModel() ?? (await trainAsPaper(data.classes, run));
  const { classes } = data;
  const truths = split.test.map(({ label }) => classes.indexOf(label));
  const rows: ReproductionRow[] = [];
  let floatPredictions: readonly number[] = [];
  for (const method of METHODS) {
    const { predictions, ratios, meanBits } = keep?.row(method) ?? (await finishRow(method, model, run));
    if (method === "float") floatPredictions = predictions;
    rows.push({
      method,
      ratios,
      meanBits,
      score: scoreAsPaper(truths, predictions, classes.length, new SeededRandom(1)),
      againstFloat: mcnemar(truths, floatPredictions, predictions),
      paper: paper[method] ?? null,
    });
  }
  return { rows, split };
}

interface RunContext {
  readonly split: Split<ConditionedRecord>;
  readonly options: ReproductionOptions;
  readonly keep: ReproductionStore | null;
  readonly watcher: ReproductionWatcher;
}

/** Lists all that decides the outcome of a run. */
function planOf({ name, classes, records }: ConditionedDataset, options: ReproductionOptions): object {
  const { model, epochs, criterion, selectionCrops, seed, lead = null } = options;
  const hash = createHash("sha256");
  for (const { name: record, label, patient = "", samples } of records) {
    hash.update(`${record},${label},${patient}\n`).update(samples);
  }
  const dataset = { name, classes, records: records.length, sha256: hash.digest("hex") };
  return { dataset, lead, model, epochs, criterion, selectionCrops, seed };
}

async function trainAsPaper(
  classes: readonly string[],
  { split, options: { model: family, epochs, seed }, keep, watcher }: RunContext,
): Promise<FloatModel> {
  watcher.onBackend?.(await selectBackend());
  const { model } = await train({
    graph: buildGraph(family, classes),
    train: split.train,
    validation: split.validation,
    options: trainOptions({ ...PAPER_RECIPE, epochs, seed }),
    resume: keep?.checkpoint(),
    onCheckpoint: (state) => keep?.writeCheckpoint(state),
    onProgress: ({ epoch, epochs: all, step, steps, loss, cropsPerSecond }) =>
      watcher.onProgress?.(
        (epoch - 1) * steps + step,
        all * steps,
        "training",
        `epoch ${epoch} of ${all}, loss ${loss.toFixed(3)}, ${cropsPerSecond.toFixed(1)} records/s`,
      ),
  });
  keep?.writeFloatModel(model);
  return model;
}

/** Measures one row on the test part, by which nothing was chosen. */
async function finishRow(method: string, model: FloatModel, run: RunContext): Promise<KeptRow> {
  const { test } = run.split;
  if (method === "float") {
    await selectBackend();
    const predictions = predict(model, test).map(({ mean }) => argMax(mean));
    const row = { method, predictions, ratios: null, meanBits: 32 };
    run.keep?.writeRow(row, null);
    return row;
  }
  const { file, report } = await compressRow(method, model, run);
  const decided = await decideRecords(file, test, (done, total) =>
    run.watcher.onProgress?.(done, total, "deciding records"),
  );
  const { predictions } = scoreLogits(
    decided.map(({ logits }) => logits),
    test,
    model.graph.classes,
  );
  const row = { method, predictions, ratios: report.ratios, meanBits: report.meanBits };
  run.keep?.writeRow(row, file);
  return row;
}

function compressRow(method: string, model: FloatModel, { split, options, watcher }: RunContext): Promise<Compressed> {
  const { criterion, selectionCrops, seed } = options;
  const { validation: records } = split;
  const layers = model.graph.nodes.filter(isWeighted).length;
  const settled = new Set<string>();
  // A record is one window: a second crop of it would be the same again.
  return compress({
    model,
    records,
    method: parseMethod(method, criterion),
    seed,
    selectionCrops: Math.min(selectionCrops, records.length),
    calibrationCrops: Math.min(CALIBRATION_RECORDS, records.length),
    onStep: ({ layer, width, outcome }) => {
      if (outcome !== "refused") settled.add(layer);
      watcher.onProgress?.(settled.size, layers, `compressing, ${method}`, `${layer} at ${width}: ${outcome}`);
    },
  });
}
