import { bytesText, escapeHtml, percentText, withInterval } from "./html.ts";
import type { CompressionInput, ShareComparison } from "./report-input.ts";

/** The numbers to read first: three ratios, size, mean width, and whether anything was lost. */
export function headline(compression: CompressionInput): string {
  const { ratios, fileBytes, meanBits } = compression;
  const shares = sharesOf(compression);
  const lossless = Object.values(shares).every(({ withoutLoss }) => withoutLoss);
  const verdict = `${lossless ? "yes" : "no"}${compression.test ? "" : " (validation alone)"}`;
  const cards: readonly (readonly [string, string, string])[] = [
    [`${ratios.paper.toFixed(2)}×`, "as the paper counts", "weights at their bits, biases at 32"],
    [
      `${ratios.file.toFixed(2)}×`,
      "in file bytes",
      `${bytesText(4 * compression.model.parameters)} to ${bytesText(fileBytes)}`,
    ],
    [`${ratios.flash.toFixed(2)}×`, "in flash", "the engine on both sides"],
    [meanBits.toFixed(2), "bits a weight", "mean over all weights"],
    [verdict, "without loss", "on every share below"],
  ];
  return `<ul class="cards">${cards
    .map(([value, what, how]) => `<li><strong>${value}</strong><span>${what}</span><small>${how}</small></li>`)
    .join("")}</ul>\n${comparisonTable(shares)}`;
}

/** The comparisons that there are, by the name of the share. */
export function sharesOf({ validation, test }: CompressionInput): Readonly<Record<string, ShareComparison>> {
  return { validation, ...(test ? { test } : {}) };
}

/** Float beside compressed, a row a share. */
function comparisonTable(shares: Readonly<Record<string, ShareComparison>>): string {
  const heads = ["share", "records", "accuracy, float", "accuracy, compressed", "F1, float", "F1, compressed"];
  const paired = ["lost", "gained", "changed", "McNemar p", "without loss"];
  const rows = Object.entries(shares).map(([share, { float, compressed, mcnemar, withoutLoss }]) => [
    share,
    String(float.records),
    withInterval(float.accuracy, float.accuracyInterval),
    withInterval(compressed.accuracy, compressed.accuracyInterval),
    withInterval(float.f1Macro, float.f1MacroInterval),
    withInterval(compressed.f1Macro, compressed.f1MacroInterval),
    String(mcnemar.lost),
    String(mcnemar.gained),
    `${mcnemar.changed} (${percentText(mcnemar.changed / float.records)})`,
    mcnemar.p.toFixed(3),
    withoutLoss ? "yes" : "no",
  ]);
  const cells = (row: readonly string[], tag: string) =>
    row.map((text, i) => `<${tag}${i > 0 ? ' class="number"' : ""}>${escapeHtml(text)}</${tag}>`).join("");
  return (
    `<div class="scroll"><table><thead><tr>${cells([...heads, ...paired], "th")}</tr></thead><tbody>` +
    `${rows.map((row) => `<tr>${cells(row, "td")}</tr>`).join("")}</tbody></table></div>\n` +
    "<p>Brackets: 95 % intervals, Wilson's for accuracy, bootstrap over records for F1. Lost and gained: records that only the float, " +
    "only the compressed network calls right. Without loss: p &gt; 0.05, accuracy at most 1 point lower, and at most 5 % of the " +
    "decisions changed. The widths were chosen on the validation share; the test share was looked at once.</p>"
  );
}
