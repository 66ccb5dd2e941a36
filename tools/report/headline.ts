import { bytesText, escapeHtml, percentText, withInterval } from "./html.ts";
import type { CompressionInput, ShareComparison } from "./report-input.ts";

/** Writes the numbers to read first: three ratios, size, mean width, and whether anything was lost. */
export function headline(compression: CompressionInput): string {
  const { ratios, fileBytes, meanBits } = compression;
  const shares = sharesOf(compression);
  const lossless = Object.values(shares).every(({ withoutLoss }) => withoutLoss);
  const cards: readonly (readonly [string, string, string])[] = [
    [`${ratios.paper.toFixed(2)}×`, "as the paper counts", "weights at their bits, biases at 32"],
    [
      `${ratios.file.toFixed(2)}×`,
      "in file bytes",
      `${bytesText(4 * compression.model.parameters)} to ${bytesText(fileBytes)}`,
    ],
    [`${ratios.flash.toFixed(2)}×`, "in flash", "the engine on both sides"],
    [meanBits.toFixed(2), "bits a weight", "mean over all weights"],
    [
      yesOrNo(lossless),
      "without loss",
      compression.test ? "on validation and test" : "on validation; test not looked at",
    ],
  ];
  return `<ul class="cards">${cards
    .map(([value, what, how]) => `<li><strong>${value}</strong><span>${what}</span><small>${how}</small></li>`)
    .join("")}</ul>\n${comparisonTable(shares)}`;
}

/** Collects the comparisons of a compression by the name of the share. */
export function sharesOf({ validation, test }: CompressionInput): Readonly<Record<string, ShareComparison>> {
  return { validation, ...(test ? { test } : {}) };
}

/** Writes a table of the float and the compressed network, a column for each share. */
function comparisonTable(shares: Readonly<Record<string, ShareComparison>>): string {
  const figures: readonly (readonly [string, (comparison: ShareComparison) => string])[] = [
    ["records", ({ float }) => String(float.records)],
    ["accuracy, float", ({ float }) => withInterval(float.accuracy, float.accuracyInterval)],
    ["accuracy, compressed", ({ compressed }) => withInterval(compressed.accuracy, compressed.accuracyInterval)],
    ["F1, float", ({ float }) => withInterval(float.f1Macro, float.f1MacroInterval)],
    ["F1, compressed", ({ compressed }) => withInterval(compressed.f1Macro, compressed.f1MacroInterval)],
    ["lost / gained", ({ mcnemar }) => `${mcnemar.lost} / ${mcnemar.gained}`],
    ["changed", ({ float, mcnemar }) => `${mcnemar.changed} (${percentText(mcnemar.changed / float.records)})`],
    ["McNemar p", ({ mcnemar }) => mcnemar.p.toFixed(3)],
    ["without loss", ({ withoutLoss }) => yesOrNo(withoutLoss)],
  ];
  const head = Object.keys(shares).map((share) => `<th class="number">${escapeHtml(share)}</th>`);
  const rows = figures.map(([title, textOf]) => {
    const cells = Object.values(shares).map((comparison) => `<td class="number">${textOf(comparison)}</td>`);
    return `<tr><th>${title}</th>${cells.join("")}</tr>`;
  });
  return (
    `<div class="scroll"><table><thead><tr><th></th>${head.join("")}</tr></thead><tbody>${rows.join("")}</tbody></table></div>\n` +
    "<p>Brackets: 95 % intervals, Wilson's for accuracy, bootstrap over records for F1. Lost and gained: records that only the float, " +
    "only the compressed network calls right. Without loss: p &gt; 0.05, accuracy at most 1 point lower, and at most 5 % of the " +
    "decisions changed. Widths are chosen on the validation share; the test share is looked at once, to report.</p>"
  );
}

function yesOrNo(value: boolean): string {
  return value ? "yes" : "no";
}
