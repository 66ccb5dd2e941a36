import { existsSync, readFileSync } from "node:fs";
import { Command, CommanderError, InvalidArgumentError } from "commander";
import { EngineError } from "qhubert-engine";
import { BudgetError } from "../firmware-sim/index.ts";
import { printNote } from "./commands/terminal/output.ts";
import { DataError } from "./files/data-error.ts";

/** Exit codes: 0 success, 1 a budget or check failed, 2 wrong usage or bad input. */
const CHECK_FAILED = 1;
const BAD_INPUT = 2;

/** Runs one command line and returns its exit code; wrong usage and bad input give one sentence on stderr. */
export async function main(argv: readonly string[]): Promise<number> {
  try {
    await (await programFor(argv[2])).parseAsync([...argv]);
    return Number(process.exitCode ?? 0);
  } catch (error) {
    if (error instanceof CommanderError) {
      // Commander prints the errors that it finds itself, but not those that a command finds in its arguments later.
      if (error instanceof InvalidArgumentError) printNote(usageSentence(error.message));
      return error.exitCode === 0 ? 0 : BAD_INPUT;
    }
    if (!isExpected(error)) throw error;
    printNote(`qhubert: ${error.message}`);
    return error instanceof BudgetError ? CHECK_FAILED : BAD_INPUT;
  }
}

type AddCommand = (program: Command) => void;

/**
 * The commands in the groups and the order of `--help`. A command's module is loaded when it is asked for: the trainer
 * takes a second to load, and most commands do not need it.
 */
const COMMAND_GROUPS: Readonly<Record<string, Readonly<Record<string, () => Promise<AddCommand>>>>> = {
  "Start here:": {
    demo: async () => (await import("./commands/demo.ts")).addDemoCommand,
  },
  "Records:": {
    data: async () => (await import("./commands/records/data.ts")).addDataCommands,
  },
  "Training:": {
    pretrain: async () => (await import("./commands/training/pretrain.ts")).addPretrainCommand,
    train: async () => (await import("./commands/training/train.ts")).addTrainCommand,
    crossvalidate: async () => (await import("./commands/training/crossvalidate.ts")).addCrossValidateCommand,
    ablate: async () => (await import("./commands/training/ablate.ts")).addAblateCommand,
    finetune: async () => (await import("./commands/training/finetune.ts")).addFinetuneCommand,
    alternate: async () => (await import("./commands/training/alternate.ts")).addAlternateCommand,
  },
  "Compression:": {
    prune: async () => (await import("./commands/compression/prune.ts")).addPruneCommand,
    compress: async () => (await import("./commands/compression/compress.ts")).addCompressCommand,
    ladder: async () => (await import("./commands/compression/ladder.ts")).addLadderCommand,
    "compare-methods": async () => (await import("./commands/compression/compare-methods.ts")).addCompareMethodsCommand,
    accounting: async () => (await import("./commands/compression/accounting.ts")).addAccountingCommand,
    report: async () => (await import("./commands/compression/report.ts")).addReportCommand,
    plot: async () => (await import("./commands/compression/plot.ts")).addPlotCommand,
  },
  "Models:": {
    import: async () => (await import("./commands/models/import.ts")).addImportCommand,
    inspect: async () => (await import("./commands/models/inspect.ts")).addInspectCommand,
    evaluate: async () => (await import("./commands/models/evaluate.ts")).addEvaluateCommand,
    profile: async () => (await import("./commands/models/profile.ts")).addProfileCommand,
    bench: async () => (await import("./commands/models/bench.ts")).addBenchCommand,
  },
  "Detection:": {
    detect: async () => (await import("./commands/detection/detect.ts")).addDetectCommand,
    "fit-detector": async () => (await import("./commands/detection/fit-detector.ts")).addFitDetectorCommand,
  },
  "Devices:": {
    simulate: async () => (await import("./commands/devices/simulate.ts")).addSimulateCommand,
  },
  "Reproduction:": {
    reproduce: async () => (await import("./commands/reproduction/reproduce.ts")).addReproduceCommand,
  },
};

const [FIRST_GROUP] = Object.keys(COMMAND_GROUPS);
const VERSION_FLAGS = ["-V", "--version"];

/** Builds the program with the command of that name, or with all commands where there is none of that name. */
async function programFor(name: string | undefined): Promise<Command> {
  const root = new Command("qhubert")
    .description("train, compress and run ECG networks on wearables")
    .version(packageVersion(), VERSION_FLAGS.join(", "), "print the version")
    .exitOverride()
    .configureOutput({ outputError: (text) => printNote(usageSentence(text)) })
    .addHelpText("after", "\nExample:\n  qhubert demo");
  if (name !== undefined && VERSION_FLAGS.includes(name)) return root;
  const isKnown = Object.values(COMMAND_GROUPS).some((group) => name !== undefined && Object.hasOwn(group, name));
  for (const [heading, commands] of Object.entries(COMMAND_GROUPS)) {
    root.commandsGroup(heading);
    // The command "help" is listed in the first group.
    if (heading === FIRST_GROUP) root.helpCommand(true);
    for (const [command, load] of Object.entries(commands)) if (!isKnown || command === name) (await load())(root);
  }
  return root;
}

/** Reads the version from the package's manifest: one folder up from the sources, two from dist/. */
function packageVersion(): string {
  const found = ["../package.json", "../../package.json"]
    .map((candidate) => new URL(candidate, import.meta.url))
    .find((url) => existsSync(url)) as URL;
  return JSON.parse(readFileSync(found, "utf8")).version;
}

/**
 * Makes one line of commander's message, which begins with "error: " and may have a guess ("Did you mean ...?") below.
 */
function usageSentence(text: string): string {
  const sentence = text
    .replace(/^error: /, "")
    .trim()
    .replaceAll(/\s*\n\s*/g, " ");
  return `qhubert: ${sentence} (--help shows the options and an example)`;
}

/**
 * Returns whether a user can cause and mend an error, the file system's refusals included. Any other error is a fault
 * of the program and keeps its stack.
 */
function isExpected(error: unknown): error is Error {
  return (
    error instanceof DataError ||
    error instanceof EngineError ||
    error instanceof BudgetError ||
    error instanceof RangeError ||
    (error as NodeJS.ErrnoException)?.syscall !== undefined
  );
}
