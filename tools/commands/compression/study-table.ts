import type { Study, StudyMethod } from "../../quantize/study/study.ts";
import { percent, percentInterval, printLine, printTable } from "../terminal/output.ts";

/** Prints a line for each method; random mixes of equal bytes share a line. */
export function printStudy({ model, data, float, methods }: Study): void {
  printLine(
    `${model} on ${data.records} records of the ${data.share} share, widths chosen on ${data.selectionCrops} crops of ` +
      `${data.selectionRecords} others`,
  );
  printLine(`in float: accuracy ${percent(float.accuracy)} [${percentInterval(float.accuracyInterval)}]`);
  const mixes = new Map<string, StudyMethod[]>();
  for (const method of methods.filter(({ name }) => name === "random")) {
    const title = method.label.replace(/^random mix \d+/, "");
    mixes.set(title, [...(mixes.get(title) ?? []), method]);
  }
  printTable(
    [
      "method",
      "bits",
      "bytes",
      "paper",
      "file",
      "validation",
      "accuracy",
      "95 %",
      "lost, gained",
      "changed",
      "p",
      "loss",
    ],
    [
      ...methods.filter(({ name }) => name !== "random").map(methodRow),
      ...[...mixes].map(([title, group]) => mixRow(`${group.length} random mixes${title}`, group)),
    ],
  );
}

function methodRow({ label, meanBits, fileBytes, ratios, validation, test }: StudyMethod): string[] {
  const { lost, gained, changed, p } = test.mcnemar;
  return [
    label,
    meanBits.toFixed(2),
    String(fileBytes),
    `${ratios.paper.toFixed(2)}x`,
    `${ratios.file.toFixed(2)}x`,
    percent(validation.compressed.accuracy),
    percent(test.compressed.accuracy),
    percentInterval(test.compressed.accuracyInterval),
    `${lost}, ${gained}`,
    percent(changed / test.compressed.records),
    p.toFixed(3),
    validation.withoutLoss && test.withoutLoss ? "none" : "some",
  ];
}

/** Makes the row of random mixes: medians, and the range of accuracy in place of an interval. */
function mixRow(label: string, group: readonly StudyMethod[]): string[] {
  const of = (value: (method: StudyMethod) => number) => group.map(value).sort((a, b) => a - b);
  const median = (value: (method: StudyMethod) => number) => of(value)[Math.floor(group.length / 2)];
  const accuracies = of(({ test }) => test.compressed.accuracy);
  const kept = group.filter(({ validation, test }) => validation.withoutLoss && test.withoutLoss).length;
  return [
    label,
    median(({ meanBits }) => meanBits).toFixed(2),
    String(median(({ fileBytes }) => fileBytes)),
    `${median(({ ratios }) => ratios.paper).toFixed(2)}x`,
    `${median(({ ratios }) => ratios.file).toFixed(2)}x`,
    percent(median(({ validation }) => validation.compressed.accuracy)),
    percent(median(({ test }) => test.compressed.accuracy)),
    percentInterval([accuracies[0], accuracies[accuracies.length - 1]]),
    `${median(({ test }) => test.mcnemar.lost)}, ${median(({ test }) => test.mcnemar.gained)}`,
    percent(median(({ test }) => test.mcnemar.changed / test.compressed.records)),
    median(({ test }) => test.mcnemar.p).toFixed(3),
    `none in ${kept}`,
  ];
}
