import { Command, CommanderError, InvalidArgumentError } from "commander";
import { EngineError } from "qhubert-engine";
import { BudgetError } from "../firmware-sim/index.ts";
import { printNote } from "./commands/terminal/output.ts";
import { DataError } from "./files/data-error.ts";

/** Exit codes: 0 success, 1 a budget or check failed, 2 wrong usage or bad input. */
const CHECK_FAILED = 1;
const BAD_INPUT = 2;

/** Runs one command line and returns its exit code; a wrong one or bad input gives one sentence on stderr. */
export async function main(argv: readonly string[]): Promise<number> {
  try {
    await (await programFor(argv[2])).parseAsync([...argv]);
    return Number(process.exitCode ?? 0);
  } catch (error) {
    if (error instanceof CommanderError) {
      // Commander prints what it finds itself, not what a command finds of its arguments later.
      if (error instanceof InvalidArgumentError) printNote(usageSentence(error.message));
      return error.exitCode === 0 ? 0 : BAD_INPUT;
    }
    if (!isExpected(error)) throw error;
    printNote(`qhubert: ${error.message}`);
    return error instanceof BudgetError ? CHECK_FAILED : BAD_INPUT;
  }
}

type AddCommand = (program: Command) => void;

/** A command's module is loaded when it is asked for: the trainer takes a second to load, and most commands need none. */
const COMMANDS: Readonly<Record<string, () => Promise<AddCommand>>> = {
  demo: async () => (await import("./commands/demo.ts")).addDemoCommand,
  data: async () => (await import("./commands/records/data.ts")).addDataCommands,
  train: async () => (await import("./commands/training/train.ts")).addTrainCommand,
  pretrain: async () => (await import("./commands/training/pretrain.ts")).addPretrainCommand,
  finetune: async () => (await import("./commands/training/finetune.ts")).addFinetuneCommand,
  alternate: async () => (await import("./commands/training/alternate.ts")).addAlternateCommand,
  crossvalidate: async () => (await import("./commands/training/crossvalidate.ts")).addCrossValidateCommand,
  ablate: async () => (await import("./commands/training/ablate.ts")).addAblateCommand,
  import: async () => (await import("./commands/models/import.ts")).addImportCommand,
  prune: async () => (await import("./commands/compression/prune.ts")).addPruneCommand,
  compress: async () => (await import("./commands/compression/compress.ts")).addCompressCommand,
  ladder: async () => (await import("./commands/compression/ladder.ts")).addLadderCommand,
  "compare-methods": async () => (await import("./commands/compression/compare-methods.ts")).addCompareMethodsCommand,
  evaluate: async () => (await import("./commands/models/evaluate.ts")).addEvaluateCommand,
  plot: async () => (await import("./commands/compression/plot.ts")).addPlotCommand,
  report: async () => (await import("./commands/compression/report.ts")).addReportCommand,
  accounting: async () => (await import("./commands/compression/accounting.ts")).addAccountingCommand,
  inspect: async () => (await import("./commands/models/inspect.ts")).addInspectCommand,
  simulate: async () => (await import("./commands/devices/simulate.ts")).addSimulateCommand,
  detect: async () => (await import("./commands/detection/detect.ts")).addDetectCommand,
  "fit-detector": async () => (await import("./commands/detection/fit-detector.ts")).addFitDetectorCommand,
  profile: async () => (await import("./commands/models/profile.ts")).addProfileCommand,
  bench: async () => (await import("./commands/models/bench.ts")).addBenchCommand,
  reproduce: async () => (await import("./commands/reproduction/reproduce.ts")).addReproduceCommand,
};

/** The program with the command named, or with all of them where none is. */
async function programFor(name: string | undefined): Promise<Command> {
  const root = new Command("qhubert")
    .description("train, compress and run ECG networks on wearables")
    .exitOverride()
    .configureOutput({ outputError: (text) => printNote(usageSentence(text)) })
    .addHelpText("after", "\nExample:\n  qhubert demo");
  const named = name === undefined ? undefined : COMMANDS[name];
  for (const load of named ? [named] : Object.values(COMMANDS)) (await load())(root);
  return root;
}

/** Commander's message as one line: it puts "error: " before it and a guess ("Did you mean ...?") below. */
function usageSentence(text: string): string {
  const sentence = text
    .replace(/^error: /, "")
    .trim()
    .replaceAll(/\s*\n\s*/g, " ");
  return `qhubert: ${sentence} (--help shows the options and an example)`;
}

/** What a user can cause and mend, the file system's refusals included; anything else is a fault of ours and keeps its stack. */
function isExpected(error: unknown): error is Error {
  return (
    error instanceof DataError ||
    error instanceof EngineError ||
    error instanceof BudgetError ||
    error instanceof RangeError ||
    (error as NodeJS.ErrnoException)?.syscall !== undefined
  );
}
