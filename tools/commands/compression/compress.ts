import type { Command } from "commander";
import { compareWithFloat } from "../../compare/share-comparer.ts";
import { divideData, divisionFacts, divisionOf } from "../../data/division.ts";
import type { ConditionedRecord } from "../../data/record.ts";
import type { Comparison } from "../../evaluate/comparison.ts";
import { openFloatModel } from "../../export/model-files.ts";
import { writeWhole } from "../../files/write-whole.ts";
import { decisionGradient } from "../../finetune/decision-gradient.ts";
import { floatOrigin } from "../../finetune/float-origin.ts";
import { isWeighted } from "../../graph/graph.ts";
import type { FloatModel } from "../../graph/model.ts";
import { type Compressed, type CompressionRequest, compress } from "../../quantize/compress.ts";
import { compressionDocument } from "../../quantize/compression-document.ts";
import type { CompressionMethod } from "../../quantize/compression-method.ts";
import { trainedIntegers } from "../../quantize/trained-integers.ts";
import { loadDraw } from "../../report/plot.ts";
import { readReportInput, writeCompressionReport } from "../../report/report-files.ts";
import { loadData } from "../records/load-data.ts";
import { CACHE_OPTION, LEAD_OPTION, wholeNumber } from "../terminal/arguments.ts";
import { bytesText, printJson, printLine, printTable } from "../terminal/output.ts";
import { type Progress, startProgress, withProgress } from "../terminal/progress.ts";
import { printComparisons } from "./print-comparisons.ts";
import { addQuantizerOptions, quantizerOptions } from "./quantizer-options.ts";
import { addSearchOptions, methodOf, type SearchArguments } from "./search-options.ts";

interface CompressArguments extends SearchArguments {
  readonly model: string;
  readonly data: string;
  readonly out: string;
  readonly against?: string;
  readonly journal?: string;
  readonly test: boolean;
  readonly report?: string;
  readonly study?: string;
  readonly seed: number;
  readonly lead?: string;
  readonly cache?: string;
  readonly json?: boolean;
}

/** `qhubert compress`. */
export function addCompressCommand(program: Command): void {
  const command = program
    .command("compress")
    .description("quantize a float model layer by layer and pack it into a .qhb file")
    .requiredOption("--model <file>", "a .safetensors model")
    .requiredOption("--data <folder>", "the records it was trained on: selection uses their validation share")
    .requiredOption("--out <file>", "the model to write (.qhb)");
  addQuantizerOptions(addSearchOptions(command))
    .option(
      "--against <file>",
      "the float model to compare with (default: what --model was fine-tuned from, or itself)",
    )
    .option("--journal <file>", "a line for each evaluation; a search that was interrupted goes on from there")
    .option("--no-test", "do not look at the test share: for comparing settings")
    .option("--report <folder>", "also write report.html with its drawings, and report.json that it is drawn from")
    .option("--study <file>", "of --report: other methods to show beside it, study.json of compare-methods")
    .option("--seed <n>", "of the selection, and of the split where the model does not tell its own", wholeNumber, 1)
    .addOption(LEAD_OPTION)
    .addOption(CACHE_OPTION)
    .option("--json", "print JSON")
    .addHelpText(
      "after",
      "\nExample:\n  qhubert compress --model model.safetensors --data cinc2017 --method laq --out model.qhb",
    )
    .action(runCompress);
}

async function runCompress(args: CompressArguments): Promise<void> {
  const method = methodOf(args);
  const quantizer = quantizerOptions(args);
  const model = openFloatModel(args.model);
  // A fault of the model is reported before the data is read.
  if (method.kind === "trained") trainedIntegers(model);
  const reference = floatOrigin(args.model, model, args.against);
  const knownTo = { model: args.model, classes: model.graph.classes };
  const data = await loadData(args.data, { ...args, knownTo });
  const division = divisionOf(model.facts, args.seed);
  const split = divideData(data, division);
  const draw = args.report === undefined ? null : await loadDraw();
  const beside = args.study === undefined ? {} : readReportInput([args.study]);
  const shares: Record<string, Comparison> = {};
  const compressed = await compressWithProgress(model, split.validation, method, {
    ...quantizer,
    journal: args.journal,
    seed: args.seed,
    reference,
    gradient: decisionGradient,
    measureAccuracy: async (file) => {
      shares.validation = await compareWithProgress(reference, file, split.validation, quantizer.workers);
      if (args.test) shares.test = await compareWithProgress(reference, file, split.test, quantizer.workers);
      const reported = args.test ? "test" : "validation";
      return {
        share: reported,
        ...divisionFacts(data, division, split),
        ...shares[reported].compressed,
        againstFloat: shares[reported].mcnemar,
      };
    },
  });
  writeWhole(args.out, compressed.file);
  const { search, ...report } = compressed.report;
  if (args.report && draw) {
    const facts = divisionFacts(data, division, split);
    const words = process.argv.slice(2);
    const document = compressionDocument({
      ...{ model, modelFile: args.model, compressed, out: args.out, data: facts, shares, words },
    });
    await writeCompressionReport(args.report, document, beside, draw);
  }
  if (args.json) return printJson({ model: args.out, ...report, evaluations: search?.evaluations ?? 0, ...shares });
  printTable(
    ["layer", "width"],
    Object.entries(report.widths).map(([layer, width]) => [layer, String(width)]),
  );
  const { paper, file, flash } = report.ratios;
  printLine(`${args.out}: ${bytesText(report.fileBytes)}, ${report.meanBits.toFixed(2)} bits a weight`);
  printLine(
    `compression ${paper.toFixed(2)}x as the paper counts, ${file.toFixed(2)}x in file bytes, ` +
      `${flash.toFixed(2)}x in flash with the engine`,
  );
  printComparisons(shares);
}

async function compareWithProgress(
  reference: FloatModel,
  file: Uint8Array,
  records: readonly ConditionedRecord[],
  workers: number,
): Promise<Comparison> {
  const [comparison] = await withProgress("deciding records", (update) =>
    compareWithFloat(reference, [file], records, workers, update),
  );
  return comparison;
}

/** Compresses with a progress bar. `selection` must never be the records that are reported on. */
export async function compressWithProgress(
  model: FloatModel,
  selection: readonly ConditionedRecord[],
  method: CompressionMethod,
  options: Omit<CompressionRequest, "model" | "records" | "method" | "onStep"> & { progress?: Progress },
): Promise<Compressed> {
  const layers = model.graph.nodes.filter(isWeighted).length;
  const { progress = startProgress("searching widths"), ...request } = options;
  const settled = new Set<string>();
  const compressed = await compress({
    ...request,
    model,
    records: selection,
    method,
    onStep: ({ layer, width, loss, outcome, evaluations }) => {
      if (outcome !== "refused") settled.add(layer);
      const measured = Number.isFinite(loss) ? `loss ${loss.toPrecision(2)}` : "loss above its limit";
      progress.update(settled.size, layers, `${layer} at ${width}: ${measured}, ${outcome}, evaluation ${evaluations}`);
    },
  });
  progress.end();
  return compressed;
}
