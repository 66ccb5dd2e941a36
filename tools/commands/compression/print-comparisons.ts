import type { Comparison } from "../../evaluate/comparison.ts";
import type { RhythmScore } from "../../evaluate/score.ts";
import { percent, printLine, printTable } from "../terminal/output.ts";

/**
 * Prints a compressed network beside its float network on each share.
 * @param shares comparisons by the name of the share @param where the place where the compressed network ran
 */
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
