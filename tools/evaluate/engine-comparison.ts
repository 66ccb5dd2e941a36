import { confusionMatrix } from "./confusion.ts";
import { selectionF1 } from "./f1.ts";
import { type McNemar, mcnemar } from "./intervals/mcnemar.ts";
import { decisionsOf, type LabelledLogits } from "./labelled-logits.ts";

/** The integer engine's decisions beside the float network's, on the test records of every run. */
export interface EngineComparison extends McNemar {
  readonly bits: number;
  readonly records: number;
  /** F1 of all runs' test records as one set, decided by the engine. */
  readonly f1: number;
  /** F1 of the same set, decided by the float network. */
  readonly floatF1: number;
}

/** The logits of one run's test records, by the float network and by the engine, in the same order. */
export interface ComparedRun {
  readonly classes: readonly string[];
  readonly float: readonly LabelledLogits[];
  readonly engine: readonly LabelledLogits[];
}

/** Compares the decisions of all runs, pooled. @param bits the width of the engine's weights */
export function compareEngine(runs: readonly ComparedRun[], bits: number): EngineComparison {
  const [{ classes }] = runs;
  const decided = runs.map((run) => ({
    engine: decisionsOf(run.engine, run.classes),
    float: decisionsOf(run.float, run.classes),
  }));
  const truths = decided.flatMap(({ float }) => float.truths);
  const float = decided.flatMap((run) => run.float.predictions);
  const engine = decided.flatMap((run) => run.engine.predictions);
  const f1 = (predictions: readonly number[]) =>
    selectionF1(confusionMatrix(truths, predictions, classes.length), classes);
  return { bits, records: truths.length, ...mcnemar(truths, float, engine), f1: f1(engine), floatF1: f1(float) };
}
