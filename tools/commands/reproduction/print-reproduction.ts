import type { Measured } from "../../evaluate/paper-score.ts";
import {
  differencesOf,
  isSmokeTest,
  NETWORKS_NOTE,
  type Reproduction,
  type ReproductionRow,
} from "../../reproduction/reproduction.ts";
import { percent, printLine, printTable } from "../terminal/output.ts";

/** Prints the paper's tables, in each row the measured figures above the paper's. */
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

/** Lists LAQ's figures above the paper's, in percent as in Table 2. */
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
