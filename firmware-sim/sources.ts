import type { Constant } from "./constant.ts";
import type { Device } from "./devices.ts";

const ENGINE = "measured: events of the engine's scalar build, run on this machine on the simulated samples";

/** Where each figure of a report is from, by the report's own names. What rests on a modelled constant is modelled. */
export function sourcesOf(device: Device, engineRamBytes: number): Record<string, string> {
  const { supplyVolts, activeMicroampsPerMegahertz, sleepMicroamps, surroundings } = device;
  const time = `modelled: device cycles (see cycles) at ${basisOf({ Hz: device.coreHz })}`;
  return {
    seconds: "modelled: simulated time, from the first sample to the end of the last task",
    beats: ENGINE,
    decisions: ENGINE,
    beatsUndecided: ENGINE,
    lastDecision: ENGINE,
    latencyMs: `${time}; R peaks at the times of the simulated converter`,
    deadlineMisses: time,
    overflowedSamples: `${time}; refused samples counted in the simulated ring buffer`,
    ringPeakSamples: `${time}; counted in the simulated ring buffer`,
    longestTaskMs: time,
    ramBytes: `modelled: ${engineRamBytes} bytes measured of the engine's dsp build, ring and DMA buffers, ${basisOf({
      firmware: surroundings.firmwareRamBytes,
      limit: device.ramBytes,
    })}`,
    flashBytes: `modelled: the measured sizes of the model file and of the engine's dsp wasm, ${basisOf({
      "machine code for a byte of wasm": surroundings.codeExpansion,
      firmware: surroundings.firmwareFlashBytes,
      limit: device.flashBytes,
    })}`,
    dutyCycle: time,
    cycles: cyclesSource(device),
    energyUj: `modelled: the time awake (see dutyCycle), ${basisOf({
      V: supplyVolts,
      "uA/MHz awake": activeMicroampsPerMegahertz,
      "uA asleep": sleepMicroamps,
      "uW of the front end": surroundings.frontEndMicrowatts,
      "uJ a packet": surroundings.radioMicrojoulesPerPacket,
    })}`,
    energyPerBeatUj: "modelled: all energy of the run (see energyUj) over its beats",
    batteryDays: `modelled: mean power (see energyUj), ${basisOf({
      mAh: surroundings.batteryMilliampHours,
      "usable share": surroundings.batteryUsableShare,
    })}`,
    budgetsOk: "modelled: from deadlineMisses and overflowedSamples; RAM and flash are checked before the run",
    timeline: time,
  };
}

function cyclesSource({ costs, flashBus }: Device): string {
  return `modelled: the engine's own counters, measured, priced by ${basisOf({
    "a MAC of a conv over int8": costs.cyclesPerMac.conv1d,
    "a MAC of a conv over int13 or int16": costs.cyclesPerMac.wideConv1d,
    "a MAC of a grouped conv": costs.cyclesPerMac.groupedConv1d,
    "a MAC of a depthwise conv": costs.cyclesPerMac.depthwiseConv1d,
    "a MAC of a dense layer": costs.cyclesPerMac.dense,
    "a MAC of attention": costs.cyclesPerMac.attention,
    "an output": costs.cyclesPerOutput,
    "a look into an activation's table": costs.cyclesPerTableLookup,
    "a sum of an add": costs.cyclesPerSum,
    "a normalised value": costs.cyclesPerNormElement,
    "a layer norm's row": costs.cyclesPerNorm,
    "an element of a window": costs.cyclesPerWindowElement,
    "an input of a pool": costs.cyclesPerPoolElement,
    "a packed weight": costs.cyclesPerWeight.bits,
    "a ternary weight": costs.cyclesPerWeight.ternary,
    "a weight's place in a wide panel": costs.cyclesPerWidePanelElement,
    "a 500 Hz sample": costs.cyclesPerConditionedSample,
    "a task": costs.cyclesPerTask,
    "a flash read": flashBus.cyclesPerRead,
    "flash bytes a cycle": flashBus.bytesPerCycle,
  })}`;
}

function basisOf(constants: Readonly<Record<string, Constant>>): string {
  return Object.entries(constants)
    .map(([name, { value, source }]) => `${Number(value.toPrecision(4))} ${name} (${source.replace(/^modelled: /, "")})`)
    .join("; ");
}
