import type { Command } from "commander";
import { MODEL_SAMPLE_RATE_HZ } from "../../assembly/shared/limits.ts";
import { FRONT_END_DELAY_MICROSECONDS } from "../../assembly/shared/signal.ts";
import { type ConditionedSignal, FrontEnd, type InputConfig } from "../../host/index.ts";
import { openRecord } from "../data/open-record.ts";
import { pickLead } from "../data/pick-lead.ts";
import { DataError, type Lead } from "../data/record.ts";
import { printJson, printLine, printTable } from "./output.ts";

const MS_PER_SAMPLE = 1000 / MODEL_SAMPLE_RATE_HZ;

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
  const found = beats.map(({ sample, detectedAt }) => {
    const timeMs = Math.max(0, sample * MS_PER_SAMPLE - FRONT_END_DELAY_MICROSECONDS / 1000);
    return {
      sample: Math.round((timeMs * record.sampleRateHz) / 1000),
      timeMs,
      delayMs: detectedAt * MS_PER_SAMPLE - timeMs,
    };
  });
  const durationMs = samples.length * MS_PER_SAMPLE;
  const meanRateBpm =
    found.length > 1 ? (60_000 * (found.length - 1)) / (found[found.length - 1].timeMs - found[0].timeMs) : null;
  if (json) return printJson({ record: record.name, lead: lead.name, durationMs, meanRateBpm, beats: found });
  printTable(
    ["beat", "time (ms)", "sample", "found after (ms)"],
    found.map(({ timeMs, sample, delayMs }, index) => [index + 1, timeMs.toFixed(0), sample, delayMs.toFixed(0)]),
  );
  printLine(
    `${found.length} beats in ${(durationMs / 1000).toFixed(1)} s of ${record.name}, lead ${lead.name}` +
      (meanRateBpm === null ? "" : `, ${meanRateBpm.toFixed(0)} bpm`),
  );
}

/** Throws DataError naming the file where the front end takes neither its rate nor its scale. */
function conditionLead(frontEnd: FrontEnd, { samples }: Lead, input: InputConfig, path: string): ConditionedSignal {
  try {
    return frontEnd.condition(samples, input);
  } catch (error) {
    throw error instanceof RangeError ? new DataError(`${path}: ${error.message}`) : error;
  }
}
