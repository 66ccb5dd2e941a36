import type { Command } from "commander";
import { type Engine, engineBytes, EngineError, type ModelFile } from "../../host/index.ts";
import { DataError } from "../data/record.ts";
import { openModel } from "./model-files.ts";
import { bytesText, printJson, printLine, printTable } from "./output.ts";

/** `qhubert inspect`. */
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
  if (json) return printJson({ model: path, ...report });
  printLine(`${path}: ${engine.model.metadata.name}, classes ${report.classes.join(" ")}; golden vectors agree`);
  printTable(
    ["layer", "op", "bits", "parameters", "bytes", "MAC/s", "rows kept", "RAM"],
    report.layers.map((layer, index) => {
      const { capacityRows, bytes } = report.memoryPlan[index + 1];
      return [layer.name, layer.op, layer.bits || "-", layer.parameters, layer.bytes, Math.round(layer.macs), capacityRows, bytes];
    }),
  );
  const { paper, file, flash } = report.compression;
  printLine(`${report.parameters} parameters at ${report.meanBits.toFixed(2)} bits a weight; compression ${paper.toFixed(2)}x ` +
    `as the paper counts, ${file.toFixed(2)}x in file bytes, ${flash.toFixed(2)}x in flash with the engine`);
  printLine(`receptive field ${(report.receptiveFieldMs / 1000).toFixed(2)} s, look-ahead ${report.lookAheadMs} ms, ` +
    `a decision every ${report.hopMs} ms, ${(report.macsPerSecond / 1e6).toFixed(2)} MMAC/s`);
  printLine(`RAM ${bytesText(report.ramBytes)} in the scalar build (arena ${bytesText(report.arenaBytes)}), ` +
    `flash ${bytesText(report.flashBytes)}`);
}

function runSelfTest(engine: Engine, path: string): void {
  try {
    engine.selfTest();
  } catch (error) {
    throw error instanceof EngineError ? new DataError(`${path}: ${error.message}`) : error;
  }
}

/** Millivolts and rate of a model's input are fixed; 500 samples make a second. */
const SAMPLE_RATE_HZ = 500;

export function inspectModel(engine: Engine, engineCodeBytes: number) {
  const { model } = engine;
  const strides = strideSamples(model);
  const layers = model.layers.map((layer, index) => ({
    name: layer.name,
    op: layer.op,
    bits: layer.grid === "ternary" ? 1.6 : layer.bits,
    parameters: layer.weights + (layer.weights > 0 ? layer.outChannels : 0),
    bytes: layer.weightsBytes,
    /** Multiply-accumulates a second of signal. */
    macs: (layer.weights * SAMPLE_RATE_HZ) / strides[index + 1],
  }));
  const weights = sum(model.layers.map((layer) => layer.weights));
  const weightBits = sum(model.layers.map((layer, index) => layer.weights * layers[index].bits));
  const parameters = sum(layers.map((layer) => layer.parameters));
  const floatBytes = 4 * parameters;
  const fileBytes = model.bytes.length;
  const memoryPlan = model.plan.map(({ offset, capacityRows }, tensor) => ({
    tensor: tensor === 0 ? "input" : model.layers[tensor - 1].name,
    offset,
    capacityRows,
    bytes: capacityRows * rowBytes(model, tensor),
  }));
  const last = memoryPlan[memoryPlan.length - 1];
  return {
    name: model.metadata.name,
    classes: model.classes,
    layers,
    parameters,
    meanBits: weightBits / weights,
    compression: {
      /** Weights at their bits, biases at 32; a packed model has its batch norms folded. */
      paper: (32 * parameters) / (weightBits + 32 * (parameters - weights)),
      file: floatBytes / fileBytes,
      flash: (floatBytes + engineCodeBytes) / (fileBytes + engineCodeBytes),
    },
    macsPerSecond: sum(layers.map((layer) => layer.macs)),
    receptiveFieldMs: (1000 * receptiveFieldSamples(model)) / SAMPLE_RATE_HZ,
    lookAheadMs: (1000 * model.lookAheadSamples) / SAMPLE_RATE_HZ,
    hopMs: (1000 * (model.windowSamples || model.budget.hopSamples)) / SAMPLE_RATE_HZ,
    ramBytes: engine.ramBytes,
    arenaBytes: last.offset + last.bytes,
    flashBytes: fileBytes,
    budget: model.budget,
    memoryPlan,
    metadata: model.metadata,
  };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

/** Input samples to a row of each tensor. */
function strideSamples(model: ModelFile): number[] {
  const strides = [1];
  for (const layer of model.layers) strides.push(strides[layer.inputs[0]] * layer.stride);
  return strides;
}

function rowBytes(model: ModelFile, tensor: number): number {
  if (tensor === 0) return 2;
  const { outChannels, outType } = model.layers[tensor - 1];
  return outChannels * (outType === "int16" ? 2 : 1);
}

/** Input samples that one column of the pooled (or flattened) tensor sees. */
function receptiveFieldSamples(model: ModelFile): number {
  const strides = strideSamples(model);
  const reach: { first: number; last: number }[] = [{ first: 0, last: 0 }];
  for (const layer of model.layers) {
    const inputs = layer.inputs.map((tensor) => reach[tensor]);
    if (layer.op === "averagePool" || layer.op === "dense") return inputs[0].last - inputs[0].first + 1;
    const step = strides[layer.inputs[0]];
    reach.push({
      first: Math.min(...inputs.map(({ first }) => first)) - layer.padLeft * step,
      last: Math.max(...inputs.map(({ last }) => last)) + ((layer.kernel - 1) * layer.dilation - layer.padLeft) * step,
    });
  }
  throw new RangeError("the model has no head");
}
