import { join } from "node:path";
import { type Command, Option } from "commander";
import type { ConditionedRecord } from "../data/record.ts";
import { argMax } from "../evaluate/arg-max.ts";
import { type McNemar, mcnemar } from "../evaluate/mcnemar.ts";
import type { RhythmScore } from "../evaluate/score.ts";
import { writeWhole } from "../export/write-whole.ts";
import { isWeighted } from "../graph/graph.ts";
import type { FloatModel } from "../graph/model.ts";
import { type Compressed, type CompressionRequest, compress } from "../quantize/compress.ts";
import { type CompressionMethod, laqMethod, parseMethod } from "../quantize/compression-method.ts";
import type { Criterion } from "../quantize/engine-loss.ts";
import type { SearchOrder } from "../quantize/laq.ts";
import type { Polarity } from "../quantize/loss-limits.ts";
import { selectBackend } from "../train/backends.ts";
import { predict } from "../train/predict.ts";
import { countNumber, wholeNumber } from "./arguments.ts";
import { divideData, divisionFacts, divisionOf } from "./divide-data.ts";
import { scoreOnEngine } from "./evaluate.ts";
import { loadData } from "./load-data.ts";
import { openFloatModel } from "./model-files.ts";
import { bytesText, percent, printJson, printLine, printTable } from "./output.ts";
import { type Progress, startProgress } from "./progress.ts";
import { printScore, score } from "./scores.ts";

interface CompressArguments {
  readonly model: string;
  readonly data: string;
  readonly out: string;
  readonly method: string;
  readonly criterion: Criterion;
  readonly polarity?: Polarity;
  readonly order?: SearchOrder;
  readonly selectionCrops?: number;
  readonly report?: string;
  readonly seed: number;
  readonly lead?: string;
  readonly cache?: string;
  readonly json?: boolean;
}

/** `qhubert compress`. */
export function addCompressCommand(program: Command): void {
  program
    .command("compress")
    .description("quantize a float model layer by layer and pack it into a .qhb file")
    .requiredOption("--model <file>", "a .safetensors model")
    .requiredOption("--data <folder>", "the records it was trained on: selection uses their validation share")
    .requiredOption("--out <file>", "the model to write (.qhb)")
    .option("--method <method>", "fixed:B with B in 1..8 or ternary, or laq", "laq")
    .addOption(
      new Option("--criterion <name>", "of laq: kl to the float model, or the paper's errors")
        .choices(["kl", "errors"])
        .default("kl"),
    )
    .addOption(
      new Option("--polarity <name>", "of laq: as eq. 3 has it, or important layers kept better").choices([
        "eq3",
        "conservative",
      ]),
    )
    .addOption(
      new Option("--order <name>", "of laq").choices([
        "importanceDescending",
        "importanceAscending",
        "sizeDescending",
        "network",
      ]),
    )
    .option("--selection-crops <n>", "windows that candidates are judged by", countNumber)
    .option("--report <folder>", "also write report.json: every width, step and ratio")
    .option("--seed <n>", "of the selection, and of the split where the model does not tell its own", wholeNumber, 1)
    .option("--lead <name|index>", "lead of records with several (default: II, else the first)")
    .option("--cache <folder>", "where conditioned records are kept")
    .option("--json", "print JSON")
    .addHelpText(
      "after",
      "\nExample:\n  qhubert compress --model model.safetensors --data cinc2017 --method laq --out model.qhb",
    )
    .action(runCompress);
}

async function runCompress(args: CompressArguments): Promise<void> {
  const method = methodOf(args);
  const model = openFloatModel(args.model);
  const knownTo = { model: args.model, classes: model.graph.classes };
  const data = await loadData(args.data, { ...args, knownTo });
  const division = divisionOf(model.facts, args.seed);
  const split = divideData(data, division);
  const { selectionCrops, seed } = args;
  const comparisons: Comparison[] = [];
  const compressed = await compressWithProgress(model, split.validation, method, {
    selectionCrops,
    seed,
    measureAccuracy: async (file) => {
      const comparison = await compareOnTest(model, file, split.test);
      comparisons.push(comparison);
      return {
        share: "test",
        ...divisionFacts(data, division, split),
        ...comparison.compressed,
        againstFloat: comparison.mcnemar,
      };
    },
  });
  const [comparison] = comparisons;
  writeWhole(args.out, compressed.file);
  const { search, ...report } = compressed.report;
  if (args.report) writeReport(args.report, { ...compressed.report, test: comparison });
  if (args.json)
    return printJson({ model: args.out, ...report, evaluations: search?.evaluations ?? 0, test: comparison });
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
  printScore("float, test", comparison.float);
  printScore("compressed, test, on the engine", comparison.compressed);
  const { lost, gained, changed, p } = comparison.mcnemar;
  printLine(
    `against float: ${lost} lost, ${gained} gained, McNemar p = ${p.toFixed(3)}, ` +
      `${percent(changed / comparison.float.records)} of decisions changed`,
  );
}

function methodOf({ method: text, criterion, polarity, order }: CompressArguments): CompressionMethod {
  const method = parseMethod(text, criterion);
  if (method.kind === "fixed") return method;
  return laqMethod(criterion, { ...(polarity ? { polarity } : {}), ...(order ? { order } : {}) });
}

/** Compresses with a progress bar. `selection` must never be what is reported on. */
export async function compressWithProgress(
  model: FloatModel,
  selection: readonly ConditionedRecord[],
  method: CompressionMethod,
  options: Pick<CompressionRequest, "seed" | "selectionCrops" | "measureAccuracy"> & { progress?: Progress },
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

interface Comparison {
  readonly float: RhythmScore;
  readonly compressed: RhythmScore;
  readonly mcnemar: McNemar;
}

/** Float and compressed on the same records, none of which any choice has seen. */
async function compareOnTest(
  model: FloatModel,
  file: Uint8Array,
  test: readonly ConditionedRecord[],
): Promise<Comparison> {
  const { classes } = model.graph;
  await selectBackend();
  const truths = test.map(({ label }) => classes.indexOf(label));
  const compressed = await scoreOnEngine(file, classes, test);
  const floatPredictions = predict(model, test).map(({ mean }) => argMax(mean));
  return {
    float: score(truths, floatPredictions, classes),
    compressed: compressed.score,
    mcnemar: mcnemar(truths, floatPredictions, compressed.predictions),
  };
}

function writeReport(folder: string, report: unknown): void {
  writeWhole(join(folder, "report.json"), new TextEncoder().encode(`${JSON.stringify(report, null, 2)}\n`));
}
