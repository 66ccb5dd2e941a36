import type { EngineProfile, ModelLayer } from "../host/index.ts";
import type { CoreCosts } from "./core-costs.ts";
import type { Device } from "./devices.ts";
import { flashCycles } from "./flash-bus.ts";

/** Cycles of the core by what it did. */
export interface WorkCycles {
  readonly frontEnd: number;
  readonly macs: number;
  /** Requantisation, sums and pools. */
  readonly outputs: number;
  readonly unpack: number;
  readonly flash: number;
  /** Interrupts and wake-ups. */
  readonly tasks: number;
}

export const NO_WORK: WorkCycles = { frontEnd: 0, macs: 0, outputs: 0, unpack: 0, flash: 0, tasks: 0 };

/** Device cycles of one task: the engine's counters before and after it, priced by the device's constants. */
export function taskCycles(
  device: Device,
  layers: readonly ModelLayer[],
  before: EngineProfile,
  after: EngineProfile,
): WorkCycles {
  const { costs, flashBus } = device;
  const conditioned = after.conditionedSamples - before.conditionedSamples;
  let macs = 0;
  let outputs = 0;
  let unpack = 0;
  layers.forEach((layer, i) => {
    const rows = after.layers[i].rows - before.layers[i].rows;
    macs += (after.layers[i].macs - before.layers[i].macs) * macCost(costs, layer);
    outputs += rows * layer.outChannels * outputCost(costs, layer);
    unpack += (after.layers[i].unpackedWeights - before.layers[i].unpackedWeights) * weightCost(costs, layer);
  });
  return {
    frontEnd: conditioned * costs.cyclesPerConditionedSample.value,
    macs,
    outputs,
    unpack,
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

/** 0 for sums and pools, which multiply nothing. */
function macCost({ cyclesPerMac }: CoreCosts, { op }: ModelLayer): number {
  return op in cyclesPerMac ? cyclesPerMac[op as keyof typeof cyclesPerMac].value : 0;
}

function outputCost(costs: CoreCosts, layer: ModelLayer): number {
  switch (layer.op) {
    case "maxPool":
      return layer.kernel * costs.cyclesPerPoolElement.value;
    case "averagePool":
      return layer.kernel * costs.cyclesPerPoolElement.value + costs.cyclesPerOutput.value;
    default:
      return costs.cyclesPerOutput.value;
  }
}

function weightCost(costs: CoreCosts, layer: ModelLayer): number {
  return layer.grid === "ternary" ? costs.cyclesPerWeight.ternary.value : costs.cyclesPerWeight.bits.value;
}
