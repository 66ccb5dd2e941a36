import { type Command, Option } from "commander";
import {
  DEVICES,
  reportDocument,
  type SimulatedRecord,
  type SimulationReport,
  simulate,
} from "../../../firmware-sim/index.ts";
import { leadInput } from "../../data/lead-input.ts";
import { openRecord } from "../../data/open-record.ts";
import { pickLead } from "../../data/pick-lead.ts";
import type { EcgRecord } from "../../data/record.ts";
import { RHYTHMS, type Rhythm } from "../../data/synth/rhythm.ts";
import { synthesize } from "../../data/synth/synthesize.ts";
import { namingFile, readModel } from "../../export/model-files.ts";
import { LEAD_OPTION, realNumber, wholeNumber } from "../terminal/arguments.ts";
import { bytesText, percent, printJson, printLine, printTable } from "../terminal/output.ts";

interface SimulateArguments {
  readonly model: string;
  readonly device: string;
  readonly rung: number;
  readonly record?: string;
  readonly synth?: Rhythm;
  readonly seconds: number;
  readonly seed: number;
  readonly lead?: string;
  readonly json?: boolean;
}

/** Adds `qhubert simulate`. */
export function addSimulateCommand(program: Command): void {
  program
    .command("simulate")
    .description("stream a record through a model on a simulated wearable, with RAM, flash, latency and energy budgets")
    .requiredOption("--model <file>", "a .qhb model")
    .option("--device <name>", DEVICES.map(({ name }) => name).join(", "), DEVICES[0].name)
    .option("--rung <n>", "of a model with several, 0 for the finest", wholeNumber, 0)
    .addOption(new Option("--record <file>", "a WFDB header, .mat or .csv record").conflicts("synth"))
    .addOption(new Option("--synth <rhythm>", "a synthetic record instead").choices(Object.keys(RHYTHMS)))
    .option("--seconds <s>", "length of the synthetic record", realNumber, 30)
    .option("--seed <n>", "of the synthetic record", wholeNumber, 1)
    .addOption(LEAD_OPTION)
    .option("--json", "print JSON")
    .addHelpText(
      "after",
      "\nExample:\n  qhubert simulate --model models/resnet1d-edge.qhb --device nRF52840 --synth afib",
    )
    .action(runSimulate);
}

async function runSimulate(args: SimulateArguments): Promise<void> {
  if (args.record === undefined && args.synth === undefined) {
    throw new RangeError("simulate needs --record FILE or --synth RHYTHM");
  }
  const record =
    args.record !== undefined
      ? openRecord(args.record)
      : synthesize({ rhythm: args.synth as Rhythm, seconds: args.seconds, seed: args.seed });
  const model = readModel(args.model);
  const report = await namingFile(args.model, () => simulateRecord(model, args.device, record, args));
  if (args.json) printJson(reportDocument(report));
  else printReport(report);
  if (!report.budgetsOk) process.exitCode = 1;
}

/** Runs one lead of a record on a simulated device. Throws BudgetError where the model does not fit. */
export function simulateRecord(
  model: Uint8Array,
  device: string,
  record: EcgRecord,
  { lead, rung }: { readonly lead?: string; readonly rung?: number } = {},
): Promise<SimulationReport> {
  const picked = pickLead(record, lead);
  const { samples, baseline } = picked;
  const simulated: SimulatedRecord = { name: record.name, samples, baseline, ...leadInput(record, picked) };
  return simulate({ model, rung, device, record: simulated });
}

const MOST_TIMELINE_ROWS = 40;

/** Prints beats and decisions, then the budgets, each figure with its kind of source. */
export function printReport(report: SimulationReport): void {
  const shown = report.timeline.slice(0, MOST_TIMELINE_ROWS);
  printTable(
    ["time (s)", "event", ""],
    shown.map((entry) => timelineRow(entry)),
  );
  if (report.timeline.length > shown.length) printLine(`... and ${report.timeline.length - shown.length} more`);
  const { latencyMs, ramBytes, flashBytes, sources } = report;
  const ms = (value: number | null) => (value === null ? "-" : `${value.toFixed(0)} ms`);
  printTable(
    ["figure", "value", ""],
    [
      ["beats, decisions", `${report.beats}, ${report.decisions}`, sources.beats.kind],
      [
        "R peak to decision",
        `p50 ${ms(latencyMs.p50)}, p99 ${ms(latencyMs.p99)}, max ${ms(latencyMs.max)}`,
        sources.latencyMs.kind,
      ],
      ["deadline misses", `${report.deadlineMisses}`, sources.deadlineMisses.kind],
      ["RAM", `${bytesText(ramBytes.peak)} of ${bytesText(ramBytes.limit)}`, sources.ramBytes.kind],
      ["flash", `${bytesText(flashBytes.used)} of ${bytesText(flashBytes.limit)}`, sources.flashBytes.kind],
      ["duty cycle", percent(report.dutyCycle), sources.dutyCycle.kind],
      [
        "energy a beat",
        report.energyPerBeatUj === null ? "-" : `${report.energyPerBeatUj.toFixed(0)} uJ`,
        sources.energyPerBeatUj.kind,
      ],
      ["battery", `${report.batteryDays.toFixed(1)} days`, sources.batteryDays.kind],
    ],
  );
  printLine(
    `${report.device}, ${report.record}: budgets ${report.budgetsOk ? "kept" : "BROKEN"}; ` +
      "--json says what each figure was measured on or modelled from",
  );
}

function timelineRow(entry: SimulationReport["timeline"][number]): string[] {
  const time = (entry.ms / 1000).toFixed(2);
  if (entry.kind === "decision") return [time, "decision", entry.label];
  const latency =
    entry.latencyMs === null ? "record ends first" : `decided ${entry.latencyMs.toFixed(0)} ms after its R peak`;
  return [time, "beat", latency];
}
