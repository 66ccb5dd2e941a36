import { Argument, type Command } from "commander";
import { type BenchReport, runBench } from "../../bench/bench.ts";
import { benchTraining, type StepReport } from "../../bench/training/step-bench.ts";
import { countNumber } from "../terminal/arguments.ts";
import { bytesText, printJson, printLine, printNote, printTable } from "../terminal/output.ts";
import { withProgress, withStages } from "../terminal/progress.ts";

interface BenchArguments {
  readonly rounds?: number;
  readonly rows: string;
  readonly quick?: boolean;
  readonly json?: boolean;
}

const DEFAULT_ROUNDS = 30;
const QUICK_ROUNDS = 2;
const DEFAULT_STEPS = 10;

/** Adds `qhubert bench`. */
export function addBenchCommand(program: Command): void {
  program
    .command("bench")
    .description("time the engine against its peers on the same networks, one thread, paired rounds; or training steps")
    .addArgument(
      new Argument("[what]", "engine, or train: a step of three networks on each training backend")
        .choices(["engine", "train"])
        .default("engine"),
    )
    .option(
      "--rounds <count>",
      `of the engine, each of which runs every row (default: ${DEFAULT_ROUNDS}), or steps of train (${DEFAULT_STEPS})`,
      countNumber,
    )
    .option("--rows <pattern>", 'only rows like "R-1M window, simd, 4 bit" that this regular expression matches', "")
    .option("--quick", "a few rows and cold starts once: whether it runs, not how fast")
    .option("--json", "print JSON")
    .addHelpText("after", "\nExample:\n  qhubert bench --rows 'simd|relaxed'\n  qhubert bench train --json")
    .action((what: "engine" | "train", args: BenchArguments) =>
      what === "train" ? runTrainingBench(args) : runEngineBench(args),
    );
}

async function runEngineBench({ rows, quick = false, json, ...given }: BenchArguments): Promise<void> {
  const rounds = given.rounds ?? (quick ? QUICK_ROUNDS : DEFAULT_ROUNDS);
  const report = await withStages((onProgress) => runBench({ rounds, rows, quick, onProgress }));
  if (report.leftOut.some(({ cause }) => cause === "refused")) process.exitCode = 1;
  if (json) return printJson(report);
  printReport(report);
}

async function runTrainingBench({ rounds, quick = false, json }: BenchArguments): Promise<void> {
  const steps = rounds ?? (quick ? QUICK_ROUNDS : DEFAULT_STEPS);
  const report = await withProgress("training steps", (update) => benchTraining(steps, update));
  if (json) return printJson(report);
  printTrainingReport(report);
}

function printTrainingReport({ rows, steps, leftOut, machine }: StepReport): void {
  printTable(
    ["network", "backend", "threads", "min ms a step", "median ms", "GFLOP/s", "tensors left"],
    rows.map(({ network, backend, workers, minMs, medianMs, gflopPerSecond, tensorsLeft }) => [
      network,
      backend,
      workers,
      minMs.toFixed(0),
      medianMs.toFixed(0),
      gflopPerSecond.toFixed(1),
      tensorsLeft,
    ]),
  );
  printLine(
    `${steps} steps each; ${machine.cpu}, ${machine.cores} cores, load average ${machine.loadAverage}, Node ${machine.node}`,
  );
  for (const { network, backend, reason } of leftOut) printNote(`left out: ${network}, ${backend}: ${reason}`);
}

function printReport(report: BenchReport): void {
  const { rows, ram, coldStart, streaming, wasmBytes, leftOut, rounds, machine, versions } = report;
  printTable(
    ["what", "build", "bits", "min ms", "median ms", "p99 ms", "GMAC/s", "x ort-web int8"],
    rows.map((row, index) => [
      row.name,
      row.build,
      row.bits,
      digits(report.minima[index].minMs),
      digits(row.medianMs),
      digits(row.p99Ms),
      row.gmacPerSecond.toFixed(1),
      row.ratioToOrtWebInt8 === null ? "-" : row.ratioToOrtWebInt8.toFixed(2),
    ]),
  );
  if (ram.length > 0) printRam(ram);
  if (coldStart.length > 0) printColdStart(coldStart);
  printTable(
    ["R-1M streaming, ticks of ms", "bytes of activations", "of them kept between passes"],
    streaming.map(({ tickMs, activationBytes, keptBytes }) => [tickMs, activationBytes, keptBytes]),
  );
  printTable(
    ["WebAssembly", "bytes"],
    Object.entries(wasmBytes).map(([name, bytes]) => [name, bytesText(bytes)]),
  );
  const peers = Object.entries(versions).map(([name, version]) => `, ${name} ${version}`);
  printLine(
    `${rounds} rounds; ${machine.cpu}, ${machine.cores} cores, load average ${machine.loadAverage}, ` +
      `${machine.platform}, Node ${machine.node}, V8 ${machine.v8}${peers.join("")}`,
  );
  for (const { name, build, bits, reason } of leftOut) printNote(`left out: ${name}, ${build}, ${bits}: ${reason}`);
}

function printRam(ram: BenchReport["ram"]): void {
  printTable(
    ["linear memory of", "build", "bits", "bytes in use"],
    ram.map(({ name, build, bits, ramBytes }) => [name, build, bits, ramBytes]),
  );
}

function printColdStart(starts: BenchReport["coldStart"]): void {
  printTable(
    ["cold start of R-1M", "bits", "start ms", "load ms", "first decision ms", "in all ms", "at least ms"],
    starts.map(({ build, bits, startMs, loadMs, firstDecisionMs, totalMs, minTotalMs }) => [
      build,
      bits,
      ...[startMs, loadMs, firstDecisionMs, totalMs, minTotalMs].map(digits),
    ]),
  );
}

function digits(ms: number): string {
  return ms.toFixed(ms < 1 ? 3 : 2);
}
