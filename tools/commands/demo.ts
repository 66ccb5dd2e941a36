import { mkdirSync, mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Command } from "commander";
import { divideData } from "../data/division.ts";
import type { ConditionedRecord } from "../data/record.ts";
import { synthesize } from "../data/synth/synthesize.ts";
import { syntheticDataset } from "../data/synth/synthetic-dataset.ts";
import { writeFloatModel } from "../export/safetensors/safetensors.ts";
import { shippedPath } from "../export/shipped-path.ts";
import { writeWhole } from "../files/write-whole.ts";
import { parameterCount } from "../graph/costs.ts";
import { buildGraph } from "../graph/families.ts";
import type { FloatModel } from "../graph/model.ts";
import type { Compressed } from "../quantize/compress.ts";
import { type CompressionMethod, laqMethod } from "../quantize/compression-method.ts";
import { BIT_WIDTHS } from "../quantize/width.ts";
import { compressWithProgress } from "./compression/compress.ts";
import { printReport, simulateRecord } from "./devices/simulate.ts";
import { scoreOnEngine } from "./models/score-on-engine.ts";
import { conditionWithProgress } from "./records/load-data.ts";
import { bytesText, percent, percentInterval, printLine, printTable } from "./terminal/output.ts";
import { startProgress } from "./terminal/progress.ts";
import { trainWithProgress } from "./training/training-run.ts";

const FAMILY = "resnet1d-edge";
const SEED = 1;
const DATA = { recordsPerClass: 240, seconds: 20, seed: SEED };
const RECIPE = { epochs: 14, batchSize: 32, seed: SEED };
const SELECTION_CROPS = 48;
const CALIBRATION_CROPS = 8;

interface DemoArguments {
  readonly out?: string;
}

/** `qhubert demo`. */
export function addDemoCommand(program: Command): void {
  program
    .command("demo")
    .description(
      "the whole way on synthetic ECG in a few minutes: train, compress, pack, run on a simulated wearable; and a transformer",
    )
    .option("--out <folder>", "where the models go (default: a temporary folder)")
    .addHelpText("after", "\nExample:\n  qhubert demo --out out/demo")
    .action(runDemo);
}

async function runDemo({ out = mkdtempSync(join(tmpdir(), "qhubert-demo-")) }: DemoArguments): Promise<void> {
  mkdirSync(out, { recursive: true });
  const data = await conditionWithProgress(syntheticDataset(DATA));
  const graph = buildGraph(FAMILY, data.classes);
  const { model, test } = await trainWithProgress(graph, data, RECIPE);
  writeFloatModel(join(out, "demo.safetensors"), model);
  const split = divideData(data, { seed: SEED });

  const rows: (string | number)[][] = [
    [
      "float 32",
      percent(test.accuracy),
      percentInterval(test.accuracyInterval),
      "1.00",
      "1.00",
      "1.00",
      bytesText(4 * parameterCount(graph)),
    ],
  ];
  for (const width of [...BIT_WIDTHS].reverse()) {
    const method: CompressionMethod = { kind: "fixed", width };
    rows.push(await tableRow(`fixed ${width}`, model, method, split.validation, split.test).then(({ row }) => row));
  }
  const laq = await tableRow("LAQ", model, laqMethod(), split.validation, split.test);
  rows.push(laq.row);
  const path = join(out, "demo.qhb");
  writeWhole(path, laq.compressed.file);

  printLine(
    `\n${FAMILY} on ${split.test.length} synthetic test records that no choice has seen, on the integer engine`,
  );
  printTable(["bits", "accuracy", "95 % interval", "ratio (paper)", "ratio (file)", "ratio (flash)", "file"], rows);
  printLine(`LAQ: ${laq.compressed.report.meanBits.toFixed(2)} bits a weight; models in ${out}`);

  const record = synthesize({ rhythm: "afib", seconds: 20, seed: SEED + 1 });
  printLine("\nA synthetic record of atrial fibrillation, streamed through it on a simulated nRF52840");
  printReport(await simulateRecord(laq.compressed.file, "nRF52840", record));

  printLine(
    "\nThe same record, streamed through the hubert-nano that ships with the package, a transformer, on a simulated STM32U575",
  );
  const transformer = new Uint8Array(readFileSync(shippedPath("hubert-nano.qhb")));
  printReport(await simulateRecord(transformer, "STM32U575", record));
}

async function tableRow(
  title: string,
  model: FloatModel,
  method: CompressionMethod,
  selection: readonly ConditionedRecord[],
  test: readonly ConditionedRecord[],
): Promise<{ row: (string | number)[]; compressed: Compressed }> {
  const progress = startProgress(`compressing, ${title}`);
  const compressed = await compressWithProgress(model, selection, method, {
    seed: SEED,
    selectionCrops: SELECTION_CROPS,
    calibrationCrops: CALIBRATION_CROPS,
    progress,
  });
  const { score } = await scoreOnEngine(compressed.file, model.graph.classes, test);
  const { ratios, fileBytes } = compressed.report;
  const row = [
    title,
    percent(score.accuracy),
    percentInterval(score.accuracyInterval),
    ratios.paper.toFixed(2),
    ratios.file.toFixed(2),
    ratios.flash.toFixed(2),
    bytesText(fileBytes),
  ];
  return { row, compressed };
}
