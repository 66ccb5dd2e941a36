import { availableParallelism } from "node:os";
import { type Command, InvalidArgumentError } from "commander";
import { ModelFile } from "qhubert-engine";
import { compareWithFloat } from "../../compare/share-comparer.ts";
import { divideData, divisionFacts, divisionOf } from "../../data/division.ts";
import type { Comparison } from "../../evaluate/comparison.ts";
import { openFloatModel } from "../../export/model-files.ts";
import { pack } from "../../export/pack.ts";
import { sealLadder } from "../../export/seal.ts";
import { writeWhole } from "../../files/write-whole.ts";
import { fileFacts } from "../../quantize/file-facts.ts";
import { checkLadderWidths, ladderNetworks } from "../../quantize/ladder/ladder.ts";
import { loadData } from "../records/load-data.ts";
import { CACHE_OPTION, countNumber, LEAD_OPTION, wholeNumber, wholeNumbers } from "../terminal/arguments.ts";
import { bytesText, printJson, printLine, printTable } from "../terminal/output.ts";
import { printComparisons } from "./print-comparisons.ts";

interface LadderArguments {
  readonly model: string;
  readonly data: string;
  readonly out: string;
  readonly rungs: readonly number[];
  readonly calibrationCrops: number;
  readonly workers: number;
  readonly test: boolean;
  readonly seed: number;
  readonly lead?: string;
  readonly cache?: string;
  readonly json?: boolean;
}

/** `qhubert ladder`. */
export function addLadderCommand(program: Command): void {
  program
    .command("ladder")
    .description("pack a float model with several rungs: in low battery a device reads fewer bits of the same weights")
    .requiredOption("--model <file>", "a .safetensors model")
    .requiredOption("--data <folder>", "the records it was trained on: calibration uses their validation share")
    .requiredOption("--out <file>", "the model to write (.qhb)")
    .option("--rungs <bits>", "bits a weight of each rung, the finest first", rungsOf, [7, 4, 3])
    .option("--calibration-crops <n>", "crops for ranges and statistics", countNumber, 32)
    .option("--workers <n>", "threads that share the records", countNumber, availableParallelism())
    .option("--no-test", "do not look at the test share: for comparing settings")
    .option("--seed <n>", "of the crops, and of the split where the model does not tell its own", wholeNumber, 1)
    .addOption(LEAD_OPTION)
    .addOption(CACHE_OPTION)
    .option("--json", "print JSON")
    .addHelpText(
      "after",
      "\nExample:\n  qhubert ladder --model model.safetensors --data cinc2017 --rungs 7,4,3 --out model.qhb",
    )
    .action(runLadder);
}

function rungsOf(text: string): readonly number[] {
  const widths = wholeNumbers(text);
  try {
    checkLadderWidths(widths);
  } catch (error) {
    throw new InvalidArgumentError(`${(error as Error).message}.`);
  }
  return widths;
}

async function runLadder(args: LadderArguments): Promise<void> {
  const { rungs: widths, seed, calibrationCrops } = args;
  const model = openFloatModel(args.model);
  const data = await loadData(args.data, { ...args, knownTo: { model: args.model, classes: model.graph.classes } });
  const division = divisionOf(model.facts, seed);
  const split = divideData(data, division);
  const networks = ladderNetworks({ model, records: split.validation, widths, seed, calibrationCrops });
  // An ordinary file of a rung's weights decides as the rung does.
  const alone = networks.map((network) => pack(network));
  const reported = args.test ? "test" : "validation";
  const shares = {
    validation: await compareWithFloat(model, alone, split.validation, args.workers),
    ...(args.test ? { test: await compareWithFloat(model, alone, split.test, args.workers) } : {}),
  };
  const compared = shares[reported] as readonly Comparison[];
  const [finest] = compared;
  const accuracy = {
    share: reported,
    ...divisionFacts(data, division, split),
    ...finest.compressed,
    againstFloat: finest.mcnemar,
    rungs: compared.map(({ compressed, mcnemar }) => ({
      accuracy: compressed.accuracy,
      f1Macro: compressed.f1Macro,
      f1MacroInterval: compressed.f1MacroInterval,
      againstFloat: mcnemar,
    })),
  };
  const compression = { method: "ladder", seed, rungs: widths };
  const file = await sealLadder(networks, { facts: fileFacts({ training: model.facts, compression, accuracy }) });
  writeWhole(args.out, file);
  const rungs = widths.map((bits, rung) => ({
    ...{ rung, bits, ...new ModelFile(file, rung).budget },
    aloneBytes: alone[rung].length,
    ...Object.fromEntries(Object.entries(shares).map(([share, each]) => [share, each[rung]])),
  }));
  if (args.json) return printJson({ model: args.out, fileBytes: file.length, rungs });
  printTable(
    ["rung", "bits", "flash bytes read a hop", "RAM", "a file of its own"],
    rungs.map(({ rung, bits, flashReadBytesPerHop, ramBytes, aloneBytes }) => [
      rung,
      bits,
      flashReadBytesPerHop,
      bytesText(ramBytes),
      bytesText(aloneBytes),
    ]),
  );
  printLine(`${args.out}: ${bytesText(file.length)} for all ${widths.length} rungs`);
  const named = Object.entries(shares).flatMap(([share, each]) =>
    each.map((comparison, rung) => [`${share}, rung ${rung}`, comparison] as const),
  );
  printComparisons(Object.fromEntries(named));
}
