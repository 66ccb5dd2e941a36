import type { Command } from "commander";
import { type ConditionedSignal, FrontEnd, type InputConfig } from "../../host/index.ts";
import { openRecord } from "../data/open-record.ts";
import { pickLead } from "../data/pick-lead.ts";
import { DataError, type Lead } from "../data/record.ts";
import { printJson, printLine, printTable } from "./output.ts";

interface DetectArguments {
  readonly record: string;
  readonly lead?: string;
  readonly json?: boolean;
}

/** `qhubert detect`. */
export function addDetectCommand(program: Command): void {
  program
    .command("detect")
    .description("find the R peaks of a record with the engine's integer detector")
    .requiredOption("--record <file>", "a WFDB header, .mat or .csv record")
    .option("--lead <name|index>", "lead of records with several (default: II, else the first)")
    .option("--json", "print JSON")
    .addHelpText("after", "\nExample:\n  qhubert detect --record mitdb/101.hea --json")
    .action(runDetect);
}

async function runDetect({ record: path, lead: wanted, json }: DetectArguments): Promise<void> {
  const record = openRecord(path);
  const lead = pickLead(record, wanted);
  const input = { sampleRateHz: record.sampleRateHz, millivoltsPerCount: 1 / lead.countsPerMillivolt };
  const frontEnd = await FrontEnd.create();
  const { samples, beats } = conditionLead(frontEnd, lead, input, path);
  const found = beats.map(({ sample, detectedAt }) => ({
    sample: Math.round((sample * record.sampleRateHz) / 500),
    timeMs: sample * 2,
    delayMs: (detectedAt - sample) * 2,
  }));
  const durationMs = samples.length * 2;
  const meanRateBpm = found.length > 1
    ? (60_000 * (found.length - 1)) / (found[found.length - 1].timeMs - found[0].timeMs)
    : null;
  if (json) return printJson({ record: record.name, lead: lead.name, durationMs, meanRateBpm, beats: found });
  printTable(["beat", "time (ms)", "sample", "found after (ms)"],
    found.map(({ timeMs, sample, delayMs }, index) => [index + 1, timeMs, sample, delayMs]));
  printLine(`${found.length} beats in ${(durationMs / 1000).toFixed(1)} s of ${record.name}, lead ${lead.name}` +
    (meanRateBpm === null ? "" : `, ${meanRateBpm.toFixed(0)} bpm`));
}

/** Throws DataError naming the file where the front end takes neither its rate nor its scale. */
function conditionLead(frontEnd: FrontEnd, { samples }: Lead, input: InputConfig, path: string): ConditionedSignal {
  try {
    return frontEnd.condition(samples, input);
  } catch (error) {
    throw error instanceof RangeError ? new DataError(`${path}: ${error.message}`) : error;
  }
}
