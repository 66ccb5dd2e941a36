import type { EngineProfile, ModelFile } from "qhubert-engine";
import type { Device } from "./devices.ts";
import { flashCycles } from "./flash-bus.ts";
import { type LayerWork, layerWork } from "./layer-costs.ts";

/** Cycles of the core by the kind of work. */
export interface WorkCycles {
  readonly frontEnd: number;
  readonly macs: number;
  /** Requantisation, activations, sums, norms, pools and windows. */
  readonly outputs: number;
  readonly unpack: number;
  readonly flash: number;
  /** Interrupts and wake-ups. */
  readonly tasks: number;
}

export const NO_WORK: WorkCycles = { frontEnd: 0, macs: 0, outputs: 0, unpack: 0, flash: 0, tasks: 0 };

/**
 * Computes the device cycles of one task: the engine's counters after it less those before it, priced by the device's
 * constants.
 */
export function taskCycles(device: Device, model: ModelFile, before: EngineProfile, after: EngineProfile): WorkCycles {
  const { costs, flashBus } = device;
  const conditioned = after.conditionedSamples - before.conditionedSamples;
  const layers = model.layers.map((layer, i) => layerWork(costs, model, layer, before.layers[i], after.layers[i]));
  const sum = (part: keyof LayerWork) => layers.reduce((total, work) => total + work[part], 0);
  return {
    frontEnd: conditioned * costs.cyclesPerConditionedSample.value,
    macs: sum("macs"),
    outputs: sum("outputs"),
    unpack: sum("unpack"),
    flash: flashCycles(flashBus, after.flashReads - before.flashReads, after.flashBytes - before.flashBytes),
    tasks: costs.cyclesPerTask.value,
  };
}

export function addWork(a: WorkCycles, b: WorkCycles): WorkCycles {
  return {
    frontEnd: a.frontEnd + b.frontEnd,
    macs: a.macs + b.macs,
    outputs: a.outputs + b.outputs,
    unpack: a.unpack + b.unpack,
    flash: a.flash + b.flash,
    tasks: a.tasks + b.tasks,
  };
}

export function totalCycles(work: WorkCycles): number {
  return Object.values(work).reduce((sum, cycles) => sum + cycles, 0);
}
