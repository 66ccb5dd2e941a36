import type { Constant, Source } from "./constant.ts";
import type { Device } from "./devices.ts";

const ENGINE = measuredOn("events of the engine's scalar build, run on this machine on the simulated samples");

/** The source of each figure of a report, under the report's own names. */
export type Sources = ReturnType<typeof sourcesOf>;

/** Says where each figure of a report is from. A figure that rests on a modelled constant is modelled. */
export function sourcesOf(device: Device, engineRamBytes: number) {
  const { supplyVolts, activeMicroampsPerMegahertz, sleepMicroamps, surroundings } = device;
  const time = `device cycles (see cycles) at ${listOf({ Hz: device.coreHz })}`;
  return {
    seconds: modelledFrom("simulated time, from the first sample to the end of the last task"),
    beats: ENGINE,
    decisions: ENGINE,
    beatsUndecided: ENGINE,
    lastDecision: ENGINE,
    latencyMs: modelledFrom(`${time}; R peaks at the times of the simulated converter`),
    deadlineMisses: modelledFrom(time),
    overflowedSamples: modelledFrom(`${time}; refused samples counted in the simulated ring buffer`),
    ringPeakSamples: modelledFrom(`${time}; counted in the simulated ring buffer`),
    longestTaskMs: modelledFrom(time),
    ramBytes: modelledFrom(
      `${engineRamBytes} bytes measured of the engine's dsp build, ring and DMA buffers, ${listOf({
        firmware: surroundings.firmwareRamBytes,
        limit: device.ramBytes,
      })}`,
    ),
    flashBytes: modelledFrom(
      `the measured sizes of the model file and of the engine's dsp wasm, ${listOf({
        "machine code for a byte of wasm": surroundings.codeExpansion,
        firmware: surroundings.firmwareFlashBytes,
        limit: device.flashBytes,
      })}`,
    ),
    dutyCycle: modelledFrom(time),
    cycles: modelledFrom(`the engine's own counters, measured, priced by ${costsText(device)}`),
    energyUj: modelledFrom(
      `the time awake (see dutyCycle), ${listOf({
        V: supplyVolts,
        "uA/MHz awake": activeMicroampsPerMegahertz,
        "uA asleep": sleepMicroamps,
        "uW of the front end": surroundings.frontEndMicrowatts,
        "uJ a packet": surroundings.radioMicrojoulesPerPacket,
      })}`,
    ),
    energyPerBeatUj: modelledFrom("all energy of the run (see energyUj) over its beats"),
    batteryDays: modelledFrom(
      `mean power (see energyUj), ${listOf({
        mAh: surroundings.batteryMilliampHours,
        "usable share": surroundings.batteryUsableShare,
      })}`,
    ),
    budgetsOk: modelledFrom("from deadlineMisses and overflowedSamples; RAM and flash are checked before the run"),
    timeline: modelledFrom(time),
  };
}

function measuredOn(from: string): Source {
  return { kind: "measured", from };
}

function modelledFrom(from: string): Source {
  return { kind: "modelled", from };
}

function costsText({ costs, flashBus }: Device): string {
  return listOf({
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
  });
}

/** Lists constants with their values and what they are from. */
function listOf(constants: Readonly<Record<string, Constant>>): string {
  return Object.entries(constants)
    .map(([name, { value, from }]) => `${Number(value.toPrecision(4))} ${name} (${from})`)
    .join("; ");
}
