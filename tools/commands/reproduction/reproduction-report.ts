import type { McNemar } from "../../evaluate/mcnemar.ts";
import type { Measured, PaperScore } from "../../evaluate/paper-score.ts";
import type { PaperFigures } from "../../evaluate/paper-tables.ts";
import type { CompressionRatios } from "../../export/accounting.ts";
import { percent, printLine, printTable } from "../terminal/output.ts";

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
  /** Found, labelled and sound. */
  readonly records: number;
  readonly leftOut: { readonly withoutLabelOrFile: number; readonly damaged: number };
  readonly paperRecords: number;
  readonly publishedRecords: number;
  /** Null where the paper does not let tell. */
  readonly paperTestRecords: number | null;
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

/** Of what the paper's tables have besides. */
export const NETWORKS_NOTE =
  "HuBERT-ECG, the other network of the paper's tables, is not run here: its rows are left out";

/** The paper's tables with each row's own figures above the paper's. */
export function printReproduction(reproduction: Reproduction): void {
  const { dataset, model, epochs, rows, missingClasses, split } = reproduction;
  printLine(
    `${model} on ${dataset}: ${countsText(reproduction)}; trained for ${epochs === 1 ? "1 epoch" : `${epochs} epochs`}`,
  );
  printLine(
    `train ${split.train}, validation ${split.validation}, test ${split.test}` +
      (reproduction.paperTestRecords ? ` (the paper's ${grouped(reproduction.paperTestRecords)})` : "") +
      `, seed ${split.seed}`,
  );
  if (missingClasses.length > 0) printLine(`classes without a record: ${missingClasses.join(", ")}`);
  if (isSmokeTest(reproduction)) {
    printLine("SMOKE TEST: so few records show that everything runs; the figures say nothing of network or method");
  }
  printLine(dataset === "Chapman" ? "\nTable 1" : "\nAs Table 1, which the paper has for Chapman alone");
  printTable(["method", "figures", "accuracy", "precision", "recall", "F1", "ratio"], rows.flatMap(tableRows));
  printLine("\nTable 2, the row of this network");
  printTable(["data set", "figures", "acc. %", "prec. %", "rec. %", "F1 %", "ratio"], comparisonRows(reproduction));
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
  printLine(NETWORKS_NOTE);
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

/** LAQ beside the paper's, in percent as Table 2 has them. */
function comparisonRows({ dataset, rows }: Reproduction): string[][] {
  const { score, ratios, paper } = rows[rows.length - 1];
  const own = [score.accuracy, score.precision, score.recall, score.f1].map(({ value }) => value);
  const cells = (title: string, kind: string, shares: readonly number[], ratio: number) => [
    ...[title, kind, ...shares.map((share) => (100 * share).toFixed(2)), ratio.toFixed(2)],
  ];
  const measured = cells(`${dataset}, LAQ`, "measured", own, ratios?.paper ?? 1);
  if (paper === null) return [measured];
  const { accuracy, precision, recall, f1, ratio } = paper;
  return [measured, cells("", "paper", [accuracy, precision, recall, f1], ratio)];
}

function countsText({ records, paperRecords, publishedRecords, leftOut }: Reproduction): string {
  const { withoutLabelOrFile, damaged } = leftOut;
  const published = publishedRecords === paperRecords ? "" : ` (${grouped(publishedRecords)} are published)`;
  const left = [
    withoutLabelOrFile > 0 ? `${grouped(withoutLabelOrFile)} without file or label` : "",
    damaged > 0 ? `${grouped(damaged)} damaged` : "",
  ].filter(Boolean);
  return (
    `${grouped(records)} of the paper's ${grouped(paperRecords)} records${published}` +
    (left.length > 0 ? `, left out ${left.join(" and ")}` : "")
  );
}

function grouped(count: number): string {
  return count.toLocaleString("en-US");
}

function titleOf(method: string): string {
  if (method === "float") return "full precision";
  if (method === "laq") return "LAQ";
  const width = method.slice("fixed:".length);
  return width === "1" ? "1 bit" : `${width} bits`;
}
