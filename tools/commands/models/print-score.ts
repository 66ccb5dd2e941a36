import type { RhythmScore } from "../../evaluate/score.ts";
import { percent, percentInterval, printLine } from "../terminal/output.ts";

/** Prints accuracy and F1 with their intervals, and the count of records, in one line. */
export function printScore(title: string, score: RhythmScore): void {
  printLine(
    `${title}: accuracy ${percent(score.accuracy)} [${percentInterval(score.accuracyInterval)}], ` +
      `F1 ${score.f1Macro.toFixed(3)} [${score.f1MacroInterval.map((value) => value.toFixed(3)).join("-")}], ` +
      `n = ${score.records}`,
  );
}
