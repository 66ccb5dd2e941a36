import type { ConditionedRecord } from "../data/record.ts";
import { argMax } from "../evaluate/arg-max.ts";
import type { Comparison } from "../evaluate/comparison.ts";
import { mcnemar } from "../evaluate/mcnemar.ts";
import type { RhythmScore } from "../evaluate/score.ts";
import { isWithoutLoss } from "../evaluate/without-loss.ts";
import type { FloatModel } from "../graph/model.ts";
import { selectBackend } from "../train/backends.ts";
import { predict } from "../train/predict.ts";
import { scoreOnEngine } from "./evaluate.ts";
import { percent, printLine, printTable } from "./output.ts";
import { score } from "./scores.ts";

/** Decides whole records twice: in float, and by the packed model on the engine. */
export async function compareWithFloat(
  model: FloatModel,
  file: Uint8Array,
  records: readonly ConditionedRecord[],
): Promise<Comparison> {
  const { classes } = model.graph;
  await selectBackend();
  const truths = records.map(({ label }) => classes.indexOf(label));
  const compressed = await scoreOnEngine(file, classes, records);
  const floatPredictions = predict(model, records).map(({ mean }) => argMax(mean));
  const paired = mcnemar(truths, floatPredictions, compressed.predictions);
  return {
    float: score(truths, floatPredictions, classes),
    compressed: compressed.score,
    mcnemar: paired,
    withoutLoss: isWithoutLoss(paired, records.length),
  };
}

/** @param shares names of the shares with what was found on each */
export function printComparisons(shares: Readonly<Record<string, Comparison>>): void {
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
    [
      "share",
      "records",
      "accuracy, F1 in float",
      "on the engine",
      "lost, gained",
      "McNemar p",
      "changed",
      "without loss",
    ],
    rows,
  );
  printLine("without loss: p > 0.05, accuracy at most 1 point lower, at most 5 % of decisions changed");
}

function f1WithInterval({ f1Macro, f1MacroInterval: [low, high] }: RhythmScore): string {
  return `${f1Macro.toFixed(3)} [${low.toFixed(3)}-${high.toFixed(3)}]`;
}
