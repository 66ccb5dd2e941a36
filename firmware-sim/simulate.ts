import { Engine, engineBytes, type ModelFile } from "qhubert-engine";
import {
  AnalogFrontEnd,
  type AnalogFrontEndOptions,
  DEFAULT_FRONT_END,
  type SimulatedRecord,
} from "./analog-front-end.ts";
import { flashUse, ramUse, requireFit } from "./budget.ts";
import { type Device, deviceNamed } from "./devices.ts";
import { type SimulationReport, writeReport } from "./report.ts";
import { RingBuffer } from "./ring-buffer.ts";
import { Wearable } from "./wearable.ts";

/** Settings of the simulated wearable. */
export interface SimulationOptions extends Partial<AnalogFrontEndOptions> {
  /** Samples that the ring buffer between DMA and the task holds; 512 by default. */
  readonly ringSamples?: number;
}

/** The model, device and record of a simulation. */
export interface Simulation {
  /** The bytes of a .qhb file. */
  readonly model: Uint8Array;
  /** The name of one of `DEVICES`, or a device of your own. */
  readonly device: string | Device;
  /** Network of a model with several; 0, the finest, by default. */
  readonly rung?: number;
  readonly record: SimulatedRecord;
  readonly options?: SimulationOptions;
}

const DEFAULT_RING_SAMPLES = 512;

/**
 * Runs a record through a model on a simulated wearable. The same input gives the same report.
 *
 * The wearable's image is made of the engine's dsp build, so its RAM and code count. The scalar build runs here,
 * because it gives the same bytes sooner.
 *
 * @throws BudgetError where the model does not fit the device's RAM or flash
 * @throws EngineError for a model that the engine refuses
 * @throws RangeError for an unknown device or an option out of its range
 */
export async function simulate({
  model,
  device: chosen,
  rung = 0,
  record,
  options = {},
}: Simulation): Promise<SimulationReport> {
  const device = typeof chosen === "string" ? deviceNamed(chosen) : chosen;
  const { ringSamples = DEFAULT_RING_SAMPLES, sampleRateHz = record.sampleRateHz, ...frontEndOptions } = options;
  const frontEnd = new AnalogFrontEnd(record, { ...DEFAULT_FRONT_END, ...frontEndOptions, sampleRateHz });
  const ring = new RingBuffer(ringSamples);

  const flash = flashUse(device, model.length, (await engineBytes("dsp")).length);
  const { ramBytes } = await Engine.load(model, { build: "dsp", rung });
  requireFit(device, "flashBytes", flash);
  const ram = ramUse(device, ramBytes, ring.bytes, frontEnd.dmaBytes);
  requireFit(device, "ramBytes", ram);

  const engine = await Engine.load(model, { build: "scalar", rung });
  const run = new Wearable(engine, device, frontEnd, ring, sampleRateHz).run();
  return writeReport({
    device,
    recordName: record.name,
    run,
    ram,
    flash,
    windowSamples: decisionSamples(engine.model),
    ringPeakSamples: ring.peak,
    overflowedSamples: ring.overflowed,
  });
}

/**
 * Returns the number of samples that one decision sees: the window, or the columns that the head's first layer takes.
 */
function decisionSamples(model: ModelFile): number {
  if (model.windowSamples > 0) return model.windowSamples;
  const head = model.layers.find(({ op }) => op === "window" || op === "averagePool" || op === "dense");
  return (head ? head.kernel : 1) * model.totalStride;
}
