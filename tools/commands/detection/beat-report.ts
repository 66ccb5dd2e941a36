import type { FolderScores } from "../../detector/folder-scores.ts";
import type { BeatStatistics } from "../../evaluate/beats/beat-statistics.ts";
import type { Interval } from "../../evaluate/intervals/wilson.ts";
import { printLine, printTable } from "../terminal/output.ts";

const COUNTS = ["beats", "missed", "false", "Se", "+P"];

/** Prints the tables of `qhubert detect --data`. */
export function printBeatScores(scores: FolderScores): void {
  printTable(
    ["record", "lead", ...COUNTS, "bad signal (s)", "group"],
    scores.records.map((row) => [row.record, row.lead, ...counts(row), row.badSignalSeconds.toFixed(0), row.group]),
  );
  printLine();
  const { scored, paced, excluded, outsideBadSignal, within75Ms } = scores;
  const groups: [string, BeatStatistics | undefined][] = [
    ["all scored", scored],
    ["paced", paced],
    ["excluded", excluded],
    ["without bad signal", outsideBadSignal],
    ["window of 75 ms", within75Ms],
  ];
  printTable(
    ["gross", "records", ...COUNTS, "Se, 95 %", "+P, 95 %", "average Se", "average +P", "delay p50, p99 (ms)"],
    groups.flatMap(([name, group]) => (group && group.records > 0 ? [groupRow(name, group)] : [])),
  );
  if (scores.noise.length > 0) {
    printLine();
    printTable(
      ["noise", "stretches", ...COUNTS, "bad signal"],
      scores.noise.flatMap(({ levelDb, noisy, clean }) => [
        [`${levelDb} dB`, "noisy", ...counts(noisy), badShare(noisy)],
        [`${levelDb} dB`, "clean", ...counts(clean), badShare(clean)],
      ]),
    );
  }
  printLine(`${scores.rules}; measured on the integer engine`);
  if (scores.skipped.length > 0) printLine(`without reference beats: ${scores.skipped.join(", ")}`);
}

interface Counts {
  readonly matched: number;
  readonly missed: number;
  readonly extra: number;
  readonly sensitivity: number | null;
  readonly positivePredictivity: number | null;
}

function counts({ matched, missed, extra, sensitivity, positivePredictivity }: Counts): (string | number)[] {
  return [matched + missed, missed, extra, share(sensitivity), share(positivePredictivity)];
}

function groupRow(name: string, group: BeatStatistics): (string | number)[] {
  return [
    name,
    group.records,
    ...counts(group),
    interval(group.sensitivityCi95),
    interval(group.positivePredictivityCi95),
    share(group.averageSensitivity),
    share(group.averagePositivePredictivity),
    group.delayP50Ms === null ? "-" : `${group.delayP50Ms.toFixed(0)}, ${group.delayP99Ms?.toFixed(0)}`,
  ];
}

/** Writes a share in percent with two decimals, because detectors differ in the second. */
function share(value: number | null): string {
  return value === null ? "-" : (100 * value).toFixed(2);
}

function interval(bounds: Interval | null): string {
  return bounds === null ? "-" : `${share(bounds[0])}-${share(bounds[1])}`;
}

function badShare({ shutdownSeconds, countedSeconds }: BeatStatistics): string {
  return countedSeconds > 0 ? `${((100 * shutdownSeconds) / countedSeconds).toFixed(1)} %` : "-";
}
