import { existsSync } from "node:fs";
import { divideData } from "../../data/division.ts";
import { confusionMatrix } from "../../evaluate/confusion.ts";
import { decideRecords } from "../../evaluate/decide.ts";
import { selectionF1 } from "../../evaluate/f1.ts";
import { decisionsOf } from "../../evaluate/labelled-logits.ts";
import { labelLogits, readLogits, writeLogits } from "../../evaluate/logits-file.ts";
import { type McNemar, mcnemar } from "../../evaluate/mcnemar.ts";
import { openFloatModel } from "../../export/model-files.ts";
import { writeWhole } from "../../files/write-whole.ts";
import { compress } from "../../quantize/compress.ts";
import { parseMethod } from "../../quantize/compression-method.ts";
import { type LoadedData, loadData } from "../records/load-data.ts";
import { startProgress } from "../terminal/progress.ts";
import { type FoldPlan, type FoldTraining, SPLIT_SEED, trainingsOf } from "./fold-plan.ts";

/** The integer engine against the float network, on the test records of every run. */
export interface EngineComparison extends McNemar {
  readonly bits: number;
  readonly records: number;
  /** Of all runs' test records as one set. */
  readonly f1: number;
  readonly floatF1: number;
}

/**
 * Packs each model at a fixed width, its ranges set on validation records, and decides its test records on the engine.
 * Packed models and logits are kept beside the float ones. Throws DataError.
 */
export async function engineComparison(plan: FoldPlan, bits: number): Promise<EngineComparison> {
  const trainings = trainingsOf(plan);
  const isMissing = trainings.some((training) => !existsSync(engineFiles(training, bits).logits));
  const data = isMissing ? await loadData(plan.data, plan.places) : null;
  const progress = startProgress(`deciding at ${bits} bits`);
  for (const [index, training] of trainings.entries()) {
    const { logits } = engineFiles(training, bits);
    if (data && !existsSync(logits)) await decideOnEngine(plan, training, bits, data);
    progress.update(index + 1, trainings.length, training.title);
  }
  progress.end();
  const decided = trainings.map((training) => {
    const { classes, test } = readLogits(training.logits);
    const engine = decisionsOf(readLogits(engineFiles(training, bits).logits).test, classes);
    return { classes, engine, float: decisionsOf(test, classes) };
  });
  const truths = decided.flatMap(({ float }) => float.truths);
  const float = decided.flatMap((run) => run.float.predictions);
  const engine = decided.flatMap((run) => run.engine.predictions);
  const { classes } = decided[0];
  const f1 = (predictions: readonly number[]) =>
    selectionF1(confusionMatrix(truths, predictions, classes.length), classes);
  return { bits, records: truths.length, ...mcnemar(truths, float, engine), f1: f1(engine), floatF1: f1(float) };
}

function engineFiles({ out }: FoldTraining, bits: number): { readonly model: string; readonly logits: string } {
  const name = out.replace(/\.safetensors$/, "");
  return { model: `${name}.${bits}bit.qhb`, logits: `${name}.${bits}bit.logits.json` };
}

async function decideOnEngine(plan: FoldPlan, training: FoldTraining, bits: number, data: LoadedData): Promise<void> {
  const files = engineFiles(training, bits);
  const model = openFloatModel(training.out);
  const division = { seed: SPLIT_SEED, fold: { number: training.fold, of: plan.of } };
  const { validation, test } = divideData(data, division);
  const { file } = await compress({ model, records: validation, method: parseMethod(`fixed:${bits}`), seed: 1 });
  writeWhole(files.model, file);
  const { classes } = model.graph;
  // A record too short for a decision has no logits: all are equal, and the first class is decided.
  const decided = (await decideRecords(file, test)).map(({ name, logits }) => ({
    name,
    mean: logits ?? classes.map(() => 0),
  }));
  const { offsets } = readLogits(training.logits);
  writeLogits(files.logits, { classes: [...classes], offsets, validation: [], test: labelLogits(decided, test) });
}
