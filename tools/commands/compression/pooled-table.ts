import type { PooledMethod, PooledStudy } from "../../quantize/study/pooled-study.ts";
import { percent, printLine, printTable } from "../terminal/output.ts";

/** Prints the methods by size, the robust search first, with its gain over each method of the same bytes. */
export function printPooledStudy({ model, folds, data, float, methods }: PooledStudy): void {
  printLine(
    `${model}: ${data.records} records, the test shares of ${folds} folds, widths chosen on ${data.selectionCrops} crops of ` +
      "each fold's validation share",
  );
  printLine(`in float: accuracy ${percent(float.accuracy)}, F1 ${f1(float.f1Macro, float.f1MacroInterval)}`);
  const sizes = new Set(methods.flatMap(({ size }) => size ?? []));
  for (const size of sizes) {
    const group = methods.filter((method) => method.size === size || method.label === size);
    printMethods(
      `with the bytes of ${size}`,
      [...group].sort((a, b) => rank(a) - rank(b)),
    );
  }
  const others = methods.filter(({ size, label }) => size === null && !sizes.has(label));
  printMethods("of other sizes", others);
}

const rank = ({ name }: PooledMethod) => (name === "robust-laq" ? 0 : 1);

function printMethods(title: string, methods: readonly PooledMethod[]): void {
  printTable(
    [
      title,
      "bits",
      "bytes",
      "paper",
      "file",
      "accuracy",
      "F1, 95 %",
      "lost, gained",
      "p",
      "robust gains F1, 95 %",
      "folds",
    ],
    methods.map((method) => [
      method.label.replace(/, bytes of .*/, "").replace(/^random/, `${method.mixes} random`),
      method.meanBits.toFixed(2),
      method.fileBytes.toFixed(0),
      `${method.paperRatio.toFixed(2)}x`,
      `${method.fileRatio.toFixed(2)}x`,
      percent(method.accuracy),
      f1(method.f1, method.f1Interval),
      `${method.lost.toFixed(0)}, ${method.gained.toFixed(0)}`,
      method.p === null ? "" : method.p.toFixed(3),
      method.robust ? f1(method.robust.f1, method.robust.f1Interval) : "",
      method.robust ? `${method.robust.foldsAbove} up, ${method.robust.foldsBelow} down` : "",
    ]),
  );
}

const f1 = (value: number, [low, high]: readonly [number, number]) =>
  `${value.toFixed(3)} [${low.toFixed(3)}, ${high.toFixed(3)}]`;
