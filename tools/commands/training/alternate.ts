import { copyFileSync } from "node:fs";
import { join } from "node:path";
import type { Command } from "commander";
import { openFloatModel } from "../../export/model-files.ts";
import { DataError } from "../../files/data-error.ts";
import { writeWhole } from "../../files/write-whole.ts";
import { FINETUNE_OPTIONS } from "../../finetune/finetune.ts";
import { TRAINING_TABLE } from "../../train/recipe/recipe-table.ts";
import { printComparisons } from "../compression/print-comparisons.ts";
import { menuOf } from "../compression/search-options.ts";
import { CACHE_OPTION, countNumber, LEAD_OPTION, positiveNumber, wholeNumber } from "../terminal/arguments.ts";
import { addOptionTable } from "../terminal/option-table.ts";
import { percent, printJson, printLine, printNote, printTable } from "../terminal/output.ts";
import { type AlternationArguments, AlternationSteps, type PackedReport } from "./alternation-steps.ts";
import { recipeWords } from "./recipe-options.ts";

interface AlternateArguments extends AlternationArguments {
  readonly rounds: number;
  readonly json?: boolean;
}

interface Round extends PackedReport {
  readonly round: number;
  readonly budget: number;
  /** The fine-tuned model. */
  readonly model: string;
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
  const steps = new AlternationSteps(args, recipeWords(command));
  const { rounds, best } = await runRounds(steps, args);
  if (!best)
    throw new DataError(
      `no round is without loss on the validation share; try a --divergence-budget below ${args.divergenceBudget}`,
    );
  const final = await steps.pack(best.model, join(args.out, "model.qhb"), true);
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

/** Every round that was trained, and the last that is without loss. */
async function runRounds(steps: AlternationSteps, { model, rounds: most, divergenceBudget }: AlternateArguments) {
  const rounds: Round[] = [];
  let best: Round | null = null;
  let budget = divergenceBudget;
  for (let round = 1; round <= most; round++) {
    const from: string = best?.model ?? model;
    const found = await steps.search(round, from, budget);
    if (best && found.ratios.paper <= best.ratios.paper) {
      printNote(`round ${round}: the search finds no smaller file within ${budget.toPrecision(2)} nats`);
      break;
    }
    const tuned = await steps.finetune(round, from);
    const packed = await steps.pack(tuned, steps.path(round, "qhb"), false);
    const trained: Round = { round, budget, model: tuned, ...packed };
    rounds.push(trained);
    if (packed.validation.withoutLoss) best = trained;
    else budget /= 2;
  }
  return { rounds, best };
}
