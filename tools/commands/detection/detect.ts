import { type Command, InvalidArgumentError } from "commander";
import { FrontEnd } from "qhubert-engine";
import { openRecord } from "../../data/open-record.ts";
import { pickLead } from "../../data/pick-lead.ts";
import { detectLead } from "../../detector/detect-lead.ts";
import { scoreFolder } from "../../detector/score-folder.ts";
import { LEAD_OPTION } from "../terminal/arguments.ts";
import { printJson, printLine, printTable } from "../terminal/output.ts";
import { withProgress } from "../terminal/progress.ts";
import { printBeatScores } from "./beat-report.ts";

interface DetectArguments {
  readonly record?: string;
  readonly data?: string;
  readonly exclude?: readonly string[];
  readonly lead?: string;
  readonly json?: boolean;
}

/** `qhubert detect`. */
export function addDetectCommand(program: Command): void {
  program
    .command("detect")
    .description("find the R peaks of a record with the engine's integer detector, or score it on annotated records")
    .option("--record <file>", "a WFDB header, .mat or .csv record: lists its beats")
    .option("--data <folder>", "records with reference beats (.atr, or R_N.mat beside data_N.mat): scores by EC57")
    .option("--exclude <names>", "records of --data to score apart, a,b,c (paced ones are apart anyway)", nameList)
    .addOption(LEAD_OPTION)
    .option("--json", "print JSON")
    .addHelpText(
      "after",
      "\nExample:\n  qhubert detect --record mitdb/101.hea --json\n  qhubert detect --data mitdb --exclude 102,104,107,217",
    )
    .action(async (args: DetectArguments, command: Command) => {
      const { record, data, exclude } = args;
      if (data !== undefined && record === undefined) return scoreBeats(data, args);
      if (record === undefined || data !== undefined)
        command.error("error: give either --record <file> or --data <folder>");
      if (exclude) command.error("error: --exclude goes with --data");
      return listBeats(record, args);
    });
}

function nameList(text: string): string[] {
  const names = text.split(",").map((name) => name.trim());
  if (names.includes("")) throw new InvalidArgumentError(`expected names between commas, found "${text}".`);
  return names;
}

async function scoreBeats(folder: string, { exclude = [], lead, json }: DetectArguments): Promise<void> {
  const scores = await withProgress("detecting beats", (onProgress) =>
    scoreFolder(folder, { exclude, lead, onProgress }),
  );
  if (json) printJson(scores);
  else printBeatScores(scores);
}

async function listBeats(path: string, { lead: wanted, json }: DetectArguments): Promise<void> {
  const record = openRecord(path);
  const lead = pickLead(record, wanted);
  const { beats, quality, durationMs } = detectLead(await FrontEnd.create(), record, lead, path);
  const meanRateBpm =
    beats.length > 1 ? (60_000 * (beats.length - 1)) / (beats[beats.length - 1].timeMs - beats[0].timeMs) : null;
  if (json) return printJson({ record: record.name, lead: lead.name, durationMs, meanRateBpm, beats, quality });
  printTable(
    ["beat", "time (ms)", "sample", "found after (ms)", "signal"],
    beats.map((beat, index) => [index + 1, beat.timeMs.toFixed(0), beat.sample, beat.delayMs.toFixed(0), beat.quality]),
  );
  printLine(
    `${beats.length} beats in ${(durationMs / 1000).toFixed(1)} s of ${record.name}, lead ${lead.name}` +
      (meanRateBpm === null ? "" : `, ${meanRateBpm.toFixed(0)} bpm`),
  );
  for (const { fromMs, toMs, quality: verdict } of quality.filter(({ quality }) => quality !== "ok")) {
    printLine(`signal ${verdict} from ${(fromMs / 1000).toFixed(1)} to ${(toMs / 1000).toFixed(1)} s`);
  }
}
