import { type Command, Option } from "commander";
import { writeDataset } from "../../data/dataset-writer.ts";
import { IMPORT_SOURCES, type ImportSource, importDataset } from "../../data/published/import.ts";
import { syntheticDataset } from "../../data/synth/synthetic-dataset.ts";
import { countNumber, realNumber, wholeNumber } from "../terminal/arguments.ts";
import { printJson, printLine } from "../terminal/output.ts";
import { withProgress } from "../terminal/progress.ts";

/** Adds `qhubert data import` and `qhubert data synth`. */
export function addDataCommands(program: Command): void {
  const data = program
    .command("data")
    .description("bring records into the form that the other commands read")
    .addHelpText("after", "\nExample:\n  qhubert data synth --out synthetic");
  data
    .command("import")
    .description("read a data set as it is published; write WFDB records and REFERENCE.csv")
    .addOption(new Option("--from <source>", "what the folder holds").choices(IMPORT_SOURCES).makeOptionMandatory())
    .requiredOption("--in <folder>", "the published folder")
    .requiredOption("--out <folder>", "the folder to make; must not exist or be empty")
    .option("--lead <name|index>", "keep this lead only")
    .option("--sample-rate-hz <hz>", "rate of csv records", realNumber)
    .option("--skip-damaged", "leave damaged records out and list them")
    .option("--json", "print JSON")
    .addHelpText("after", "\nExample:\n  qhubert data import --from cinc2017 --in training2017 --out cinc2017")
    .action(runImport);
  data
    .command("synth")
    .description(
      "write a synthetic data set: McSharry's dynamical model with the classes N, A, O, ~ and annotated R peaks",
    )
    .requiredOption("--out <folder>", "the folder to make; must not exist or be empty")
    .option("--records-per-class <n>", "records of each class", countNumber, 50)
    .option("--seconds <s>", "length of a record", realNumber, 20)
    .option("--seed <n>", "the same seed gives the same bytes", wholeNumber, 1)
    .option("--json", "print JSON")
    .addHelpText("after", "\nExample:\n  qhubert data synth --out synthetic --records-per-class 20")
    .action(runSynth);
}

interface ImportArguments {
  readonly from: ImportSource;
  readonly in: string;
  readonly out: string;
  readonly lead?: string;
  readonly sampleRateHz?: number;
  readonly skipDamaged?: boolean;
  readonly json?: boolean;
}

async function runImport({ in: input, out: output, json, ...options }: ImportArguments): Promise<void> {
  const report = await withProgress("importing", (onProgress) =>
    importDataset({ ...options, input, output, onProgress }),
  );
  if (json) {
    printJson({ out: output, ...report });
    return;
  }
  printLine(`${report.records} records in ${output}: ${countsText(report.classes)}`);
  for (const { name, reason } of report.skipped) printLine(`skipped ${name}: ${reason}`);
}

interface SynthArguments {
  readonly out: string;
  readonly recordsPerClass: number;
  readonly seconds: number;
  readonly seed: number;
  readonly json?: boolean;
}

async function runSynth({ out, json, ...options }: SynthArguments): Promise<void> {
  const dataset = syntheticDataset(options);
  const records = dataset.records.length;
  await withProgress("synthesizing", (update) => {
    function* written() {
      let done = 0;
      for (const { label, patient, load } of dataset.records) {
        yield { record: load(), label, patient };
        update(++done, records);
      }
    }
    writeDataset(out, written());
  });
  const classes = Object.fromEntries(dataset.classes.map((label) => [label, options.recordsPerClass]));
  if (json) printJson({ out, records, classes });
  else printLine(`${records} records in ${out}: ${countsText(classes)}`);
}

function countsText(counts: Readonly<Record<string, number>>): string {
  return Object.entries(counts)
    .map(([label, count]) => `${label} ${count}`)
    .join(", ");
}
