import { type Command, Option } from "commander";
import { divideData, divisionOf } from "../../data/division.ts";
import { wholeParameters } from "../../export/accounting.ts";
import { openFloatModel } from "../../export/model-files.ts";
import { writeFloatModel } from "../../export/safetensors/safetensors.ts";
import { DataError } from "../../files/data-error.ts";
import { macsPer, parameterCount } from "../../graph/costs.ts";
import type { Graph } from "../../graph/graph.ts";
import { selectCrops, withFloatLogits } from "../../quantize/loss/selection-set.ts";
import { SCORE_METHODS, type ScoreMethod } from "../../quantize/prune/channel-scores.ts";
import { prune } from "../../quantize/prune/prune.ts";
import { loadData } from "../records/load-data.ts";
import { CACHE_OPTION, countNumber, LEAD_OPTION, positiveNumber, wholeNumber } from "../terminal/arguments.ts";
import { printJson, printLine, printNote, printTable } from "../terminal/output.ts";

interface PruneArguments {
  readonly model: string;
  readonly data: string;
  readonly out: string;
  readonly share?: number;
  readonly divergenceBudget?: number;
  readonly method: ScoreMethod;
  readonly selectionCrops: number;
  readonly calibrationCrops: number;
  readonly seed: number;
  readonly lead?: string;
  readonly cache?: string;
  readonly json?: boolean;
}

/** `qhubert prune`. */
export function addPruneCommand(program: Command): void {
  program
    .command("prune")
    .description("take whole channels out of a float model (LAP): fewer multiplications, fewer bytes")
    .requiredOption("--model <file>", "a .safetensors model")
    .requiredOption("--data <folder>", "the records it was trained on: selection uses their validation share")
    .requiredOption("--out <file>", "the model to write (.safetensors)")
    .option("--share <part>", "of the channels of every layer, such as 0.3", positiveNumber)
    .option("--divergence-budget <nats>", "instead: search each layer's share within this budget", positiveNumber)
    .addOption(
      new Option("--method <name>", "which channels go: those of the least weights, or of the least effect behind them")
        .choices(SCORE_METHODS)
        .default("effect"),
    )
    .option("--selection-crops <n>", "windows that a search judges by", countNumber, 64)
    .option("--calibration-crops <n>", "windows that batch norms are settled on", countNumber, 32)
    .option("--seed <n>", "of the crops, and of the split where the model does not tell its own", wholeNumber, 1)
    .addOption(LEAD_OPTION)
    .addOption(CACHE_OPTION)
    .option("--json", "print JSON")
    .addHelpText(
      "after",
      "\nExample:\n  qhubert prune --model model.safetensors --data cinc2017 --share 0.3 --out pruned.safetensors",
    )
    .action(runPrune);
}

async function runPrune(args: PruneArguments): Promise<void> {
  const amount = amountOf(args);
  const whole = openFloatModel(args.model);
  const data = await loadData(args.data, { ...args, knownTo: { model: args.model, classes: whole.graph.classes } });
  const { validation } = divideData(data, divisionOf(whole.facts, args.seed));
  const { graph } = whole;
  const selection = "share" in amount ? [] : selectCrops(validation, graph, args.selectionCrops, args.seed);
  const { model, shares } = prune({
    model: whole,
    method: args.method,
    amount,
    calibration: selectCrops(validation, graph, args.calibrationCrops, args.seed + 1).map(({ samples }) => samples),
    crops: withFloatLogits(whole, selection),
    onStep: ({ set, share, loss, limit }) =>
      printNote(`${set}: ${share} of its channels, loss ${loss.toPrecision(2)}, limit ${limit.toPrecision(2)}`),
  });
  const made = {
    method: args.method,
    ...amount,
    seed: args.seed,
    shares,
    parameters: wholeParameters(whole.facts) ?? parameterCount(graph),
  };
  writeFloatModel(args.out, { ...model, facts: { ...model.facts, pruned: made } });
  const sizes = { before: sizeOf(graph), after: sizeOf(model.graph) };
  if (args.json) return printJson({ model: args.out, shares, ...sizes });
  printTable(
    ["channels of", "share that left"],
    Object.entries(shares).map(([set, share]) => [set, String(share)]),
  );
  printLine(
    `${args.out}: ${sizes.before.parameters} -> ${sizes.after.parameters} parameters, ` +
      `${sizes.before.macsPerSecond} -> ${sizes.after.macsPerSecond} multiplications a second`,
  );
}

function amountOf({ share, divergenceBudget }: PruneArguments) {
  if (share !== undefined && share >= 1) throw new DataError(`--share ${share}: expected below 1`);
  if (share !== undefined && divergenceBudget === undefined) return { share };
  if (share === undefined && divergenceBudget !== undefined) return { divergenceBudget };
  throw new DataError("prune takes either --share or --divergence-budget");
}

function sizeOf(graph: Graph) {
  return { parameters: parameterCount(graph), macsPerSecond: Math.round(macsPer(graph, graph.sampleRateHz)) };
}
