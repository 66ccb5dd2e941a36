import { type Command, Option } from "commander";
import { FLUTTER_CHOICES, type FlutterChoice } from "../../evaluate/af-question.ts";
import { scoreLogits } from "../../evaluate/score-logits.ts";
import { loadData } from "../records/load-data.ts";
import { openShares } from "../records/open-shares.ts";
import { CACHE_OPTION, LEAD_OPTION, realNumber, wholeNumber } from "../terminal/arguments.ts";
import { percent, percentInterval, printJson, printLine, printTable } from "../terminal/output.ts";
import { openClassifier } from "./classifier.ts";
import { evaluateAf } from "./evaluate-af.ts";

const SHARES = ["all", "train", "validation", "test"] as const;

interface EvaluateArguments {
  readonly model: string;
  readonly data: string;
  readonly lead?: string;
  readonly cache?: string;
  readonly share: (typeof SHARES)[number];
  readonly seed: number;
  readonly question: "labels" | "af";
  readonly windowSeconds: number;
  readonly flutter: FlutterChoice;
  readonly json?: boolean;
}

/** `qhubert evaluate`. */
export function addEvaluateCommand(program: Command): void {
  program
    .command("evaluate")
    .description("score a model on labelled records: .qhb on the engine, .safetensors in float")
    .requiredOption("--model <file>", "a .qhb or .safetensors model")
    .requiredOption("--data <folder>", "records with REFERENCE.csv, or CPSC 2018 or Chapman as published")
    .addOption(new Option("--share <share>", "part of the data, as `train` divides it").choices(SHARES).default("all"))
    .option("--seed <n>", "of that division, where the model does not tell its own", wholeNumber, 1)
    .addOption(LEAD_OPTION)
    .addOption(CACHE_OPTION)
    .addOption(
      new Option("--question <name>", "labels: the model's own classes; af: atrial fibrillation or not, see below")
        .choices(["labels", "af"])
        .default("labels"),
    )
    .option("--window-seconds <s>", "of af: windows that records with rhythm notes are cut into", realNumber, 30)
    .addOption(new Option("--flutter <use>", "of af: what flutter counts as").choices(FLUTTER_CHOICES).default("af"))
    .option("--json", "print JSON")
    .addHelpText("after", AF_HELP)
    .addHelpText(
      "after",
      "\nExample:\n  qhubert evaluate --model models/resnet1d-edge.qhb --data cinc2017 --share test\n" +
        "  qhubert evaluate --model models/resnet1d-edge.qhb --data cpsc2021 --question af",
    )
    .action(runEvaluate);
}

const AF_HELP =
  "\n--question af takes a model with a class A, AF or AFIB to records of any set that tells the rhythm: CPSC 2021 and\n" +
  "other WFDB records with rhythm notes (.atr), PTB-XL with its table, SNOMED codes in headers, Chapman, or a\n" +
  "REFERENCE.csv. The answer is AF where that class has the largest logit.";

async function runEvaluate(args: EvaluateArguments): Promise<void> {
  if (args.question === "af") return evaluateAf(args);
  const classifier = await openClassifier(args.model);
  const { classes } = classifier;
  const records =
    args.share === "all"
      ? (await loadData(args.data, { ...args, knownTo: { model: args.model, classes } })).records
      : (await openShares({ path: args.model, classes, facts: classifier.trainingFacts }, args)).split[args.share];
  const { score: result, undecided } = scoreLogits(await classifier.decide(records), records, classes);
  if (args.json) {
    return printJson({
      model: args.model,
      records: result.records,
      labels: classes,
      accuracy: result.accuracy,
      ci95: result.accuracyInterval,
      f1: result.f1,
      f1Macro: result.f1Macro,
      f1MacroCi95: result.f1MacroInterval,
      confusion: result.confusion,
      undecided,
      share: args.share,
      measured: args.model.endsWith(".qhb") ? "on the integer engine" : "in float",
    });
  }
  printLine(`${args.model} on ${result.records} records (${args.share} of ${args.data})`);
  printLine(`accuracy ${percent(result.accuracy)}, 95 % interval ${percentInterval(result.accuracyInterval)}`);
  printLine(
    `F1 ${result.f1Macro.toFixed(3)}, 95 % interval ${result.f1MacroInterval.map((x) => x.toFixed(3)).join("-")}`,
  );
  printTable(
    ["true \\ decided", ...classes, "F1"],
    classes.map((label, row) => [label, ...result.confusion[row], result.f1[label]?.toFixed(3) ?? "-"]),
  );
  if (undecided > 0) printLine(`${undecided} records were too short for a decision and count as wrong`);
}
