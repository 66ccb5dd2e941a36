import type { ConditionedRecord } from "../../data/record.ts";
import { argMax } from "../../evaluate/arg-max.ts";
import { type Comparison, comparisonOf, type Decided } from "../../evaluate/comparison.ts";
import type { RhythmScore } from "../../evaluate/score.ts";
import { scoreDecisions } from "../../evaluate/score-logits.ts";
import type { FloatModel } from "../../graph/model.ts";
import { selectBackend } from "../../train/backends.ts";
import { predict } from "../../train/predict.ts";
import { scoreOnEngine } from "../models/score-on-engine.ts";
import { percent, printLine, printTable } from "../terminal/output.ts";

/** Decides whole records twice: in float, and by the packed model on the engine. */
export async function compareWithFloat(
  model: FloatModel,
  file: Uint8Array,
  records: readonly ConditionedRecord[],
): Promise<Comparison> {
  const compressed = await scoreOnEngine(file, model.graph.classes, records);
  return comparisonOf(truthsOf(model, records), await decideInFloat(model, records), compressed);
}

/** The same for a model whose weights are quantized and nothing else: both in float. */
export async function compareInFloat(
  model: FloatModel,
  quantized: FloatModel,
  records: readonly ConditionedRecord[],
): Promise<Comparison> {
  const float = await decideInFloat(model, records);
  return comparisonOf(truthsOf(model, records), float, await decideInFloat(quantized, records));
}

/** The records' classes, as numbers of the model's. */
export function truthsOf({ graph }: FloatModel, records: readonly ConditionedRecord[]): number[] {
  return records.map(({ label }) => graph.classes.indexOf(label));
}

/** Whole records by the float network. */
export async function decideInFloat(model: FloatModel, records: readonly ConditionedRecord[]): Promise<Decided> {
  await selectBackend();
  const predictions = predict(model, records).map(({ mean }) => argMax(mean));
  return { predictions, score: scoreDecisions(truthsOf(model, records), predictions, model.graph.classes) };
}

/** @param shares names of the shares with what was found on each @param where the quantized model ran */
export function printComparisons(shares: Readonly<Record<string, Comparison>>, where = "on the engine"): void {
  const rows = Object.entries(shares).map(([share, { float, compressed, mcnemar, withoutLoss }]) => [
    share,
    float.records,
    `${percent(float.accuracy)}, ${float.f1Macro.toFixed(3)}`,
    `${percent(compressed.accuracy)}, ${f1WithInterval(compressed)}`,
    `${mcnemar.lost}, ${mcnemar.gained}`,
    mcnemar.p.toFixed(3),
    percent(mcnemar.changed / float.records),
    withoutLoss ? "yes" : "no",
  ]);
  printTable(
    ["share", "records", "accuracy, F1 in float", where, "lost, gained", "McNemar p", "changed", "without loss"],
    rows,
  );
  printLine("without loss: p > 0.05, accuracy at most 1 point lower, at most 5 % of decisions changed");
}

function f1WithInterval({ f1Macro, f1MacroInterval: [low, high] }: RhythmScore): string {
  return `${f1Macro.toFixed(3)} [${low.toFixed(3)}-${high.toFixed(3)}]`;
}
