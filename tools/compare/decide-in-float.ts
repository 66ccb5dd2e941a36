import type { ConditionedRecord } from "../data/record.ts";
import { argMax } from "../evaluate/arg-max.ts";
import { type Comparison, comparisonOf, type Decided } from "../evaluate/comparison.ts";
import { scoreDecisions } from "../evaluate/score-logits.ts";
import type { FloatModel } from "../graph/model.ts";
import { selectBackend } from "../train/backends.ts";
import { predict } from "../train/predict.ts";

/** Decides whole records with a float network. */
export async function decideInFloat(model: FloatModel, records: readonly ConditionedRecord[]): Promise<Decided> {
  await selectBackend();
  const predictions = predict(model, records).map(({ mean }) => argMax(mean));
  return { predictions, score: scoreDecisions(truthsOf(model, records), predictions, model.graph.classes) };
}

/** Compares a model whose weights alone are quantized with its float network: both decide in float. */
export async function compareInFloat(
  model: FloatModel,
  quantized: FloatModel,
  records: readonly ConditionedRecord[],
): Promise<Comparison> {
  const float = await decideInFloat(model, records);
  return comparisonOf(truthsOf(model, records), float, await decideInFloat(quantized, records));
}

/** The records' classes as indices of the model's classes. */
export function truthsOf({ graph }: FloatModel, records: readonly ConditionedRecord[]): number[] {
  return records.map(({ label }) => graph.classes.indexOf(label));
}
