import type { Command } from "commander";
import { type Engine, EngineError, engineBytes } from "qhubert-engine";
import { inspectModel, meanBitsOf } from "../../export/inspect-model.ts";
import { openModel } from "../../export/model-files.ts";
import { DataError } from "../../files/data-error.ts";
import { bytesText, printJson, printLine, printTable } from "../terminal/output.ts";

/** Adds `qhubert inspect`. */
export function addInspectCommand(program: Command): void {
  program
    .command("inspect")
    .description("check a packed model, run its golden vectors, print layers, memory plan and budget")
    .argument("<model>", "a .qhb model")
    .option("--json", "print JSON")
    .addHelpText("after", "\nExample:\n  qhubert inspect models/resnet1d-edge.qhb")
    .action(runInspect);
}

async function runInspect(path: string, { json }: { json?: boolean }): Promise<void> {
  const engine = await openModel(path, { build: "scalar" });
  runSelfTest(engine, path);
  const report = inspectModel(engine, (await engineBytes("scalar")).length);
  const rungs = [rungFacts(engine, report.meanBits)];
  while (rungs.length < engine.rungs) rungs.push(await inspectRung(path, rungs.length));
  if (json) return printJson({ model: path, ...report, rungs });
  printLine(`${path}: ${engine.model.metadata.name}, classes ${report.classes.join(" ")}; golden vectors agree`);
  printTable(
    ["layer", "op", "bits", "parameters", "bytes", "MAC/s", "rows", "rows kept", "RAM kept"],
    report.layers.map((layer, index) => {
      const { capacityRows, keptRows, keptBytes } = report.memoryPlan[index + 1];
      return [
        layer.name,
        layer.op,
        layer.bits || "-",
        layer.parameters,
        layer.bytes,
        Math.round(layer.macs),
        capacityRows,
        keptRows,
        keptBytes,
      ];
    }),
  );
  if (rungs.length > 1) {
    printTable(
      ["rung", "bits a weight", "flash bytes read a hop", "RAM"],
      rungs.map(({ rung, meanBits, flashReadBytesPerHop, ramBytes }) => [
        rung,
        meanBits.toFixed(2),
        flashReadBytesPerHop,
        bytesText(ramBytes),
      ]),
    );
  }
  const { paper, file, flash } = report.compression;
  printLine(
    `${report.parameters} parameters at ${report.meanBits.toFixed(2)} bits a weight; compression ${paper.toFixed(2)}x ` +
      `as the paper counts, ${file.toFixed(2)}x in file bytes, ${flash.toFixed(2)}x in flash with the engine`,
  );
  printLine(
    `receptive field ${(report.receptiveFieldMs / 1000).toFixed(2)} s, look-ahead ${report.lookAheadMs} ms, ` +
      `a decision every ${report.hopMs} ms, ${(report.macsPerSecond / 1e6).toFixed(2)} MMAC/s`,
  );
  printLine(
    `RAM ${bytesText(report.ramBytes)} in the scalar build (arena ${bytesText(report.arenaBytes)}), ` +
      `flash ${bytesText(report.flashBytes)}`,
  );
}

interface RungFacts {
  readonly rung: number;
  readonly meanBits: number;
  /** RAM of the loaded engine, measured. */
  readonly ramBytes: number;
  readonly flashReadBytesPerHop: number;
}

function rungFacts({ model, ramBytes }: Engine, meanBits: number): RungFacts {
  return { rung: model.rung, meanBits, ramBytes, flashReadBytesPerHop: model.budget.flashReadBytesPerHop };
}

/** Loads a later rung and runs its golden vectors too. */
async function inspectRung(path: string, rung: number): Promise<RungFacts> {
  const engine = await openModel(path, { build: "scalar", rung });
  runSelfTest(engine, path);
  return rungFacts(engine, meanBitsOf(engine.model));
}

function runSelfTest(engine: Engine, path: string): void {
  try {
    engine.selfTest();
  } catch (error) {
    throw error instanceof EngineError ? new DataError(`${path}: ${error.message}`) : error;
  }
}
