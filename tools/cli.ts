import { Command, CommanderError } from "commander";
import { BudgetError } from "../firmware-sim/index.ts";
import { EngineError } from "../host/index.ts";
import { addCompressCommand } from "./commands/compress.ts";
import { addDataCommands } from "./commands/data.ts";
import { addDemoCommand } from "./commands/demo.ts";
import { addDetectCommand } from "./commands/detect.ts";
import { addEvaluateCommand } from "./commands/evaluate.ts";
import { addInspectCommand } from "./commands/inspect.ts";
import { printNote } from "./commands/output.ts";
import { addSimulateCommand } from "./commands/simulate.ts";
import { addTrainCommand } from "./commands/train.ts";
import { DataError } from "./data/record.ts";

/** Exit codes: 0 success, 1 a budget or check failed, 2 wrong usage or bad input. */
const CHECK_FAILED = 1;
const BAD_INPUT = 2;

/** Runs one command line and returns its exit code; a wrong one or bad input gives one sentence on stderr. */
export async function main(argv: readonly string[]): Promise<number> {
  try {
    await program().parseAsync([...argv]);
    return Number(process.exitCode ?? 0);
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : BAD_INPUT;
    if (!isExpected(error)) throw error;
    printNote(`qhubert: ${error.message}`);
    return error instanceof BudgetError ? CHECK_FAILED : BAD_INPUT;
  }
}

function program(): Command {
  const root = new Command("qhubert")
    .description("train, compress and run ECG networks on wearables")
    .exitOverride()
    .configureOutput({ outputError: (text) => printNote(usageSentence(text)) })
    .addHelpText("after", "\nExample:\n  qhubert demo");
  for (const add of [
    addDemoCommand, addDataCommands, addTrainCommand, addCompressCommand, addEvaluateCommand, addInspectCommand,
    addSimulateCommand, addDetectCommand,
  ]) add(root);
  return root;
}

/** Commander's message as one line: it puts "error: " before it and a guess ("Did you mean ...?") below. */
function usageSentence(text: string): string {
  const sentence = text.replace(/^error: /, "").trim().replaceAll(/\s*\n\s*/g, " ");
  return `qhubert: ${sentence} (--help shows the options and an example)`;
}

/** What a user can cause and mend; anything else is a fault of ours and keeps its stack. */
function isExpected(error: unknown): error is Error {
  return error instanceof DataError || error instanceof EngineError || error instanceof BudgetError ||
    error instanceof RangeError || error instanceof TypeError || (error as NodeJS.ErrnoException)?.code !== undefined;
}
