import { bitsPerWeight, type Width } from "../quantize/width.ts";
import { type Cell, numberCell, percentText, sortableTable, type TableColumn, withInterval } from "./html.ts";
import type { CompressionInput, StudyInput } from "./report-input.ts";

const text = (title: string): TableColumn => ({ title, isNumber: false });
const number = (title: string): TableColumn => ({ title, isNumber: true });
const widthCell = (width: Width): Cell => ({ text: String(width), sortBy: bitsPerWeight(width) });

/** Writes a table of every layer. */
export function layersTable({ layers }: CompressionInput): string {
  return sortableTable(
    [
      number("#"),
      text("layer"),
      number("weights"),
      number("width"),
      number("ρ"),
      number("δ"),
      number("I"),
      number("largest weight"),
    ],
    layers.map((layer, index) => [
      numberCell(index + 1),
      { text: layer.name },
      numberCell(layer.weights, layer.weights.toLocaleString("en-US")),
      widthCell(layer.width),
      ...[layer.density, layer.deviation, layer.importance].map((value) => numberCell(value, value.toFixed(4))),
      numberCell(layer.histogram.limit, layer.histogram.limit.toPrecision(3)),
    ]),
  );
}

/** Writes a table of every step of the search, in its order. */
export function journalTable({ steps }: NonNullable<CompressionInput["search"]>): string {
  const lossCell = (loss: number | null) => numberCell(loss, loss?.toPrecision(3));
  return sortableTable(
    [
      ...[number("#"), text("layer"), number("width"), number("loss"), number("limit")],
      ...[text("outcome"), number("evaluations so far")],
    ],
    steps.map(({ layer, width, loss, limit, outcome, evaluations }, index) => [
      ...[numberCell(index + 1), { text: layer }, widthCell(width), lossCell(loss), lossCell(limit)],
      ...[{ text: outcome }, numberCell(evaluations)],
    ]),
  );
}

/** Writes a table of every method of a study, on the share that is reported. */
export function methodsTable({ methods }: StudyInput): string {
  return sortableTable(
    [
      ...[text("method"), number("bits"), number("bytes"), number("paper ×"), number("file ×"), number("flash ×")],
      ...[number("accuracy"), number("F1"), number("lost"), number("gained"), number("changed"), number("p")],
      ...[text("without loss, validation"), text("test")],
    ],
    methods.map(({ label, meanBits, fileBytes, ratios, validation, test }) => [
      { text: label },
      numberCell(meanBits, meanBits.toFixed(2)),
      numberCell(fileBytes, fileBytes.toLocaleString("en-US")),
      ...[ratios.paper, ratios.file, ratios.flash].map((ratio) => numberCell(ratio, ratio.toFixed(2))),
      numberCell(test.compressed.accuracy, withInterval(test.compressed.accuracy, test.compressed.accuracyInterval)),
      numberCell(test.compressed.f1Macro, withInterval(test.compressed.f1Macro, test.compressed.f1MacroInterval)),
      ...[numberCell(test.mcnemar.lost), numberCell(test.mcnemar.gained)],
      numberCell(test.mcnemar.changed, percentText(test.mcnemar.changed / test.compressed.records)),
      numberCell(test.mcnemar.p, test.mcnemar.p.toFixed(3)),
      ...[validation, test].map(({ withoutLoss }) => ({ text: withoutLoss ? "yes" : "no" })),
    ]),
  );
}
