import type { McNemar } from "../evaluate/mcnemar.ts";
import type { Measured, PaperScore } from "../evaluate/paper-score.ts";
import type { PaperFigures } from "../evaluate/paper-tables.ts";
import type { CompressionRatios } from "../export/accounting.ts";
import { percent, printLine, printTable } from "./output.ts";

export interface ReproductionRow {
  /** "float", "fixed:8" to "fixed:1", "laq". */
  readonly method: string;
  readonly score: PaperScore;
  readonly againstFloat: McNemar;
  /** Null in float. */
  readonly ratios: CompressionRatios | null;
  readonly meanBits: number;
  /** Null where the paper has no such row. */
  readonly paper: PaperFigures | null;
}

export interface Reproduction {
  readonly dataset: string;
  readonly model: string;
  readonly records: number;
  readonly paperRecords: number;
  readonly missingClasses: readonly string[];
  readonly split: { readonly train: number; readonly validation: number; readonly test: number; readonly seed: number };
  readonly epochs: number;
  /** What LAQ judged by. */
  readonly criterion: string;
  readonly rows: readonly ReproductionRow[];
}

/** With fewer of the paper's records than this share, figures only show that everything runs. */
const LEAST_SHARE = 0.5;

export function isSmokeTest({ records, paperRecords }: Reproduction): boolean {
  return records < LEAST_SHARE * paperRecords;
}

/** What differs from the paper, or had to be chosen because it does not say. */
export function differencesOf({ model }: Reproduction): readonly string[] {
  return model === PAPER_MODEL
    ? DIFFERENCES
    : [`the network is ${model}, far smaller than the paper's`, ...DIFFERENCES];
}

export const PAPER_MODEL = "resnet1d-paper";

const DIFFERENCES = [
  "records pass the engine's own front end (band limit, R peaks, int16 microvolts) before they are padded to 5,120 samples",
  "lead II, the batch of 32, the epochs, the plateau's patience and the validation share of the training part are chosen here",
  "the network's sizes are those that the paper's compression ratios fit; weight decay is decoupled from Adam's step",
  "compressed rows run in integers on the engine: activations have 8 bits, and weights one scale per channel",
];

/** The paper's table with each row's own figures above the paper's. */
export function printReproduction(reproduction: Reproduction): void {
  const { dataset, model, records, paperRecords, missingClasses, split, epochs, rows } = reproduction;
  printLine(
    `${model} on ${dataset}: ${records.toLocaleString("en-US")} of the paper's ${paperRecords.toLocaleString("en-US")} ` +
      `records, trained for ${epochs === 1 ? "1 epoch" : `${epochs} epochs`}; train ${split.train}, validation ${split.validation}, test ${split.test}, seed ${split.seed}`,
  );
  if (missingClasses.length > 0) printLine(`classes without a record: ${missingClasses.join(", ")}`);
  if (isSmokeTest(reproduction)) {
    printLine("SMOKE TEST: so few records show that everything runs; the figures say nothing of network or method");
  }
  printTable(["method", "figures", "accuracy", "precision", "recall", "F1", "ratio"], rows.flatMap(tableRows));
  const laq = rows[rows.length - 1];
  const { lost, gained, changed, p } = laq.againstFloat;
  printLine(
    `LAQ (criterion ${reproduction.criterion}, ${laq.meanBits.toFixed(2)} bits a weight) against full precision: ` +
      `${lost} lost, ${gained} gained, McNemar p = ${p.toFixed(3)}, ${percent(changed / laq.score.records)} of decisions changed`,
  );
  printLine(
    "measured: on the test part, full precision in float, the rest on the integer engine; in brackets 95 % intervals;",
  );
  printLine("precision, recall and F1 are means over the classes; ratio as the paper counts it");
  printLine("differs from the paper:");
  for (const difference of differencesOf(reproduction)) printLine(`- ${difference}`);
}

function tableRows({ method, score, ratios, paper }: ReproductionRow): string[][] {
  const measured = ({ value, ci95: [low, high] }: Measured) =>
    `${value.toFixed(4)} [${low.toFixed(3)}-${high.toFixed(3)}]`;
  const own = [
    titleOf(method),
    "measured",
    measured(score.accuracy),
    measured(score.precision),
    measured(score.recall),
    measured(score.f1),
    (ratios?.paper ?? 1).toFixed(2),
  ];
  if (paper === null) return [own];
  const { accuracy, precision, recall, f1, ratio } = paper;
  return [
    own,
    ["", "paper", ...[accuracy, precision, recall, f1].map((figure) => figure.toFixed(4)), ratio.toFixed(2)],
  ];
}

function titleOf(method: string): string {
  if (method === "float") return "full precision";
  if (method === "laq") return "LAQ";
  const width = method.slice("fixed:".length);
  return width === "1" ? "1 bit" : `${width} bits`;
}
