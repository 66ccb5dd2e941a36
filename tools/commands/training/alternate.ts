import { copyFileSync } from "node:fs";
import { join } from "node:path";
import type { Command } from "commander";
import { openFloatModel } from "../../export/model-files.ts";
import { DataError } from "../../files/data-error.ts";
import { writeWhole } from "../../files/write-whole.ts";
import { alternate } from "../../finetune/alternation.ts";
import { FINETUNE_OPTIONS } from "../../finetune/finetune.ts";
import { TRAINING_TABLE } from "../../train/recipe/recipe-table.ts";
import { printComparisons } from "../compression/print-comparisons.ts";
import { menuOf } from "../compression/search-options.ts";
import { CACHE_OPTION, countNumber, LEAD_OPTION, positiveNumber, wholeNumber } from "../terminal/arguments.ts";
import { addOptionTable } from "../terminal/option-table.ts";
import { percent, printJson, printLine, printNote, printTable } from "../terminal/output.ts";
import { type AlternationArguments, AlternationCommands } from "./alternation-commands.ts";
import { recipeWords } from "./recipe-options.ts";

interface AlternateArguments extends AlternationArguments {
  readonly rounds: number;
  readonly json?: boolean;
}

/** `qhubert alternate`. */
export function addAlternateCommand(program: Command): void {
  const command = program
    .command("alternate")
    .description("search widths and train on with quantized weights in turn, until the ratio stops growing")
    .requiredOption("--model <file>", "a .safetensors model in float, which stays the teacher")
    .requiredOption("--data <folder>", "the records it was trained on")
    .requiredOption("--out <folder>", "the models of each round, the last good one as model.qhb, and results.json")
    .option("--rounds <n>", "at most", countNumber, 4)
    .option(
      "--divergence-budget <nats>",
      "of the searches: more than training on would leave; halved after a round with loss",
      positiveNumber,
      0.05,
    )
    .option("--menu <widths>", "of the searches", menuOf, menuOf("1,ternary,2,3,4,6,8"))
    .option("--selection-crops <n>", "of the searches (default: as compress)", countNumber);
  addOptionTable(command, TRAINING_TABLE, FINETUNE_OPTIONS)
    .option(
      "--seed <n>",
      "of crops and selection, and of the split where the model does not tell its own",
      wholeNumber,
      1,
    )
    .addOption(LEAD_OPTION)
    .addOption(CACHE_OPTION)
    .option("--json", "print JSON")
    .addHelpText(
      "after",
      "\nA round is compress --method laq, finetune at the widths it found, compress --method trained. It counts where the ratio grew\n" +
        "and the file is without loss on the validation share; the test share is looked at once, at the end. The same command goes on\n" +
        "where it was stopped.\n\nExample:\n  qhubert alternate --model model.safetensors --data cinc2017 --epochs 2 --out alternated",
    )
    .action((args: AlternateArguments) => runAlternate(args, command));
}

async function runAlternate(args: AlternateArguments, command: Command): Promise<void> {
  openFloatModel(args.model);
  const steps = new AlternationCommands(args, recipeWords(command));
  const { rounds, best } = await alternate(steps, {
    model: args.model,
    rounds: args.rounds,
    budgetNats: args.divergenceBudget,
    onNoGain: (round, budget) =>
      printNote(`round ${round}: the search finds no smaller file within ${budget.toPrecision(2)} nats`),
  });
  if (!best)
    throw new DataError(
      `no round is without loss on the validation share; try a --divergence-budget below ${args.divergenceBudget}`,
    );
  const final = await steps.packFinal(best.model, join(args.out, "model.qhb"));
  copyFileSync(best.model, join(args.out, "model.safetensors"));
  const report = { model: join(args.out, "model.qhb"), ...final, rounds };
  writeWhole(join(args.out, "results.json"), new TextEncoder().encode(`${JSON.stringify(report, null, 2)}\n`));
  if (args.json) return printJson(report);
  printTable(
    ["round", "budget, nats", "mean bits", "ratio: paper, file", "validation: lost, gained", "changed", "without loss"],
    rounds.map(({ round, budget, meanBits, ratios, validation: { mcnemar, float, withoutLoss } }) => [
      round,
      budget.toPrecision(2),
      meanBits.toFixed(2),
      `${ratios.paper.toFixed(2)}, ${ratios.file.toFixed(2)}`,
      `${mcnemar.lost}, ${mcnemar.gained}`,
      percent(mcnemar.changed / float.records),
      withoutLoss ? "yes" : "no",
    ]),
  );
  printLine(`${report.model}: round ${best.round}, ${final.ratios.paper.toFixed(2)}x as the paper counts`);
  printComparisons({ validation: final.validation, ...(final.test ? { test: final.test } : {}) });
}
