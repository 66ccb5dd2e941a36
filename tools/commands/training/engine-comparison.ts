import { existsSync } from "node:fs";
import { divideData } from "../../data/division.ts";
import type { ConditionedDataset } from "../../data/record.ts";
import { decideRecords } from "../../evaluate/decide.ts";
import { type ComparedRun, compareEngine, type EngineComparison } from "../../evaluate/engine-comparison.ts";
import { labelLogits, readLogits, writeLogits } from "../../evaluate/logits-file.ts";
import { openFloatModel } from "../../export/model-files.ts";
import { writeWhole } from "../../files/write-whole.ts";
import { compress } from "../../quantize/compress.ts";
import { parseMethod } from "../../quantize/compression-method.ts";
import { loadData } from "../records/load-data.ts";
import { startProgress } from "../terminal/progress.ts";
import { type FoldPlan, type FoldTraining, SPLIT_SEED, trainingsOf } from "./fold-plan.ts";

/**
 * Packs each model at a fixed width, its ranges set on validation records, and decides its test records on the engine.
 * Packed models and logits are kept beside the float ones, and not made again. Throws DataError.
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
  const runs = trainings.map((training): ComparedRun => {
    const { classes, test } = readLogits(training.logits);
    return { classes, float: test, engine: readLogits(engineFiles(training, bits).logits).test };
  });
  return compareEngine(runs, bits);
}

function engineFiles({ out }: FoldTraining, bits: number): { readonly model: string; readonly logits: string } {
  const name = out.replace(/\.safetensors$/, "");
  return { model: `${name}.${bits}bit.qhb`, logits: `${name}.${bits}bit.logits.json` };
}

async function decideOnEngine(
  plan: FoldPlan,
  training: FoldTraining,
  bits: number,
  data: ConditionedDataset,
): Promise<void> {
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
