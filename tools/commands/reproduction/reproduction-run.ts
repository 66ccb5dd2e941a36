import { createHash } from "node:crypto";
import { paperSplit, paperWindows } from "../../data/published/paper-protocol.ts";
import type { ConditionedRecord } from "../../data/record.ts";
import type { Split } from "../../data/split.ts";
import { argMax } from "../../evaluate/arg-max.ts";
import { mcnemar } from "../../evaluate/mcnemar.ts";
import { scoreAsPaper } from "../../evaluate/paper-score.ts";
import type { PaperFigures } from "../../evaluate/paper-tables.ts";
import { buildGraph } from "../../graph/families.ts";
import { isWeighted } from "../../graph/graph.ts";
import type { FloatModel } from "../../graph/model.ts";
import { type Compressed, compress } from "../../quantize/compress.ts";
import { parseMethod } from "../../quantize/compression-method.ts";
import type { Criterion } from "../../quantize/loss/engine-loss.ts";
import { BIT_WIDTHS } from "../../quantize/width.ts";
import { SeededRandom } from "../../random/random.ts";
import { selectBackend } from "../../train/backends.ts";
import { predict } from "../../train/predict.ts";
import { PAPER_RECIPE } from "../../train/recipe/paper-recipe.ts";
import { train } from "../../train/train.ts";
import { scoreOnEngine } from "../models/score-on-engine.ts";
import type { LoadedData } from "../records/load-data.ts";
import { printNote } from "../terminal/output.ts";
import { startProgress } from "../terminal/progress.ts";
import type { ReproductionRow } from "./reproduction-report.ts";
import { type KeptRow, ReproductionStore } from "./reproduction-store.ts";

export interface ReproductionOptions {
  readonly model: string;
  readonly epochs: number;
  readonly criterion: Criterion;
  readonly selectionCrops: number;
  readonly seed: number;
  readonly lead?: string;
  /** Where finished parts are kept, and the models. */
  readonly out?: string;
  /** Go on from what is kept there. */
  readonly resume?: boolean;
}

/** The rows of the paper's table in its order, as `compress --method` names them. */
const METHODS = ["float", ...[...BIT_WIDTHS].reverse().map((width) => `fixed:${width}`), "laq"];

/** The paper's protocol on one data set: train, then every row, full precision in float, the rest on the engine. */
export async function runReproduction(
  data: LoadedData,
  options: ReproductionOptions,
  paper: Readonly<Record<string, PaperFigures>>,
): Promise<{ rows: readonly ReproductionRow[]; split: Split<ConditionedRecord> }> {
  const split = paperSplit(paperWindows(data.records), options.seed);
  const store = options.out && ReproductionStore.open(options.out, planOf(data, options), METHODS, !!options.resume);
  const keep = store || null;
  const model = keep?.floatModel() ?? (await trainAsPaper(data.classes, split, options, keep));
  const { classes } = data;
  const truths = split.test.map(({ label }) => classes.indexOf(label));
  const rows: ReproductionRow[] = [];
  let floatPredictions: readonly number[] = [];
  for (const method of METHODS) {
    const { predictions, ratios, meanBits } =
      keep?.row(method) ?? (await finishRow(method, model, split, options, keep));
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

/** All that decides what a run comes to. */
function planOf({ name, classes, records }: LoadedData, options: ReproductionOptions): object {
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
  split: Split<ConditionedRecord>,
  { model: family, epochs, seed }: ReproductionOptions,
  keep: ReproductionStore | null,
): Promise<FloatModel> {
  const backend = await selectBackend();
  printNote(`training backend: ${backend.name} (${backend.description})`);
  const progress = startProgress("training");
  const { model } = await train({
    graph: buildGraph(family, classes),
    train: split.train,
    validation: split.validation,
    options: { ...PAPER_RECIPE, epochs, seed },
    resume: keep?.checkpoint(),
    onCheckpoint: (state) => keep?.writeCheckpoint(state),
    onProgress: ({ epoch, epochs: all, step, steps, loss, cropsPerSecond }) =>
      progress.update(
        (epoch - 1) * steps + step,
        all * steps,
        `epoch ${epoch} of ${all}, loss ${loss.toFixed(3)}, ${cropsPerSecond.toFixed(1)} records/s`,
      ),
  });
  progress.end();
  keep?.writeFloatModel(model);
  return model;
}

/** One row on the test part, which chose nothing. */
async function finishRow(
  method: string,
  model: FloatModel,
  { validation, test }: Split<ConditionedRecord>,
  options: ReproductionOptions,
  keep: ReproductionStore | null,
): Promise<KeptRow> {
  if (method === "float") {
    await selectBackend();
    const predictions = predict(model, test).map(({ mean }) => argMax(mean));
    const row = { method, predictions, ratios: null, meanBits: 32 };
    keep?.writeRow(row, null);
    return row;
  }
  const { file, report } = await compressWithNotes(model, validation, method, options);
  const { predictions } = await scoreOnEngine(file, model.graph.classes, test);
  const row = { method, predictions, ratios: report.ratios, meanBits: report.meanBits };
  keep?.writeRow(row, file);
  return row;
}

/** Records whose activations set the ranges, at most. */
const CALIBRATION_RECORDS = 32;

async function compressWithNotes(
  model: FloatModel,
  selection: readonly ConditionedRecord[],
  method: string,
  { criterion, selectionCrops, seed }: ReproductionOptions,
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
