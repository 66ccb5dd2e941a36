import { statSync } from "node:fs";
import type { Command } from "commander";
import { engineBytes } from "qhubert-engine";
import { accountForFloatFile } from "../../export/accounting.ts";
import { accountForFile } from "../../export/file-accounting.ts";
import { inspectModel } from "../../export/inspect-model.ts";
import { openFloatModel, openModel } from "../../export/model-files.ts";
import { DataError } from "../../files/data-error.ts";
import { paperChecks } from "../../quantize/paper-accounting.ts";
import { bytesText, percentInterval, printJson, printLine, printTable } from "../terminal/output.ts";

interface AccountingArguments {
  readonly paper?: boolean;
  readonly model?: string;
  readonly json?: boolean;
}

/** `qhubert accounting`. */
export function addAccountingCommand(program: Command): void {
  program
    .command("accounting")
    .description("the paper's figures from our graphs and formulas, or where a model's bytes are and its three ratios")
    .option("--paper", "every figure of the paper that needs no weights, beside ours; exit code 1 if one differs")
    .option("--model <file>", "a .qhb or .safetensors model")
    .option("--json", "print JSON")
    .addHelpText(
      "after",
      "\nExample:\n  qhubert accounting --paper\n  qhubert accounting --model models/resnet1d-edge.qhb",
    )
    .action(runAccounting);
}

async function runAccounting({ paper, model, json = false }: AccountingArguments): Promise<void> {
  if ((paper === true) === (model !== undefined)) {
    throw new DataError("accounting takes either --paper or --model FILE, and one of them");
  }
  if (model === undefined) return accountForPaper(json);
  return model.endsWith(".safetensors") ? accountForFloat(model, json) : accountForPacked(model, json);
}

async function accountForPaper(json: boolean): Promise<void> {
  const checks = paperChecks();
  const equal = checks.every((check) => check.equal);
  if (!equal) process.exitCode = 1;
  if (json) return printJson({ equal, checks });
  printTable(
    ["network", "figure", "paper", "computed", "", "count [95 % interval]"],
    checks.map(({ subject, what, paper, computed, equal, right, interval }) => [
      subject,
      what,
      paper,
      computed,
      equal ? "equal" : "differs",
      right === undefined || interval === undefined ? "" : `${right} [${percentInterval(interval)}]`,
    ]),
  );
  const differing = checks.filter((check) => !check.equal).length;
  printLine(equal ? `all ${checks.length} figures are equal` : `${differing} of ${checks.length} figures differ`);
}

async function accountForPacked(path: string, json: boolean): Promise<void> {
  const engine = await openModel(path, { build: "scalar" });
  const flashed = (await engineBytes("scalar")).length;
  const { parameters, meanBits, compression } = inspectModel(engine, flashed);
  const { fileBytes, sections, layers } = accountForFile(engine.model);
  if (json) {
    return printJson({
      model: path,
      parameters,
      meanBits,
      ratios: compression,
      fileBytes,
      engineBytes: flashed,
      sections,
      layers,
    });
  }
  printTable(
    ["section", "bytes", "share, %"],
    sections.map(({ name, bytes }) => [name, bytes, ((100 * bytes) / fileBytes).toFixed(1)]),
  );
  printTable(
    ["layer", "op", "bits", "weights", "weight bytes", "requantisation", "CRCs", "record", "bytes"],
    layers.map((layer) => [
      ...[layer.name, layer.op, layer.bits || "-", layer.weights],
      ...[layer.weightBytes, layer.requantizationBytes, layer.crcBytes, layer.recordBytes, layer.bytes],
    ]),
  );
  printRatios(path, { parameters, meanBits, ratios: compression, fileBytes });
}

async function accountForFloat(path: string, json: boolean): Promise<void> {
  const { graph } = openFloatModel(path);
  const { layers, ...facts } = accountForFloatFile(graph, statSync(path).size, (await engineBytes("scalar")).length);
  if (json) return printJson({ model: path, ...facts, layers });
  printTable(
    ["layer", "parameters", "weights", "bytes"],
    layers
      .filter(({ parameters }) => parameters > 0)
      .map((layer) => [layer.name, layer.parameters, layer.weights, layer.bytes]),
  );
  printRatios(path, facts);
}

function printRatios(
  path: string,
  {
    parameters,
    meanBits,
    ratios,
    fileBytes,
  }: {
    readonly parameters: number;
    readonly meanBits: number;
    readonly ratios: { readonly paper: number; readonly file: number; readonly flash: number };
    readonly fileBytes: number;
  },
): void {
  printLine(`${path}: ${bytesText(fileBytes)}, ${parameters} parameters at ${meanBits.toFixed(2)} bits a weight`);
  printLine(
    `compression ${ratios.paper.toFixed(2)}x as the paper counts, ${ratios.file.toFixed(2)}x in file bytes, ` +
      `${ratios.flash.toFixed(2)}x in flash with the engine`,
  );
}
