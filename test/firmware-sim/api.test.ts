import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import {
  BudgetError,
  CORTEX_M33_COSTS,
  DEVICES,
  type Device,
  deviceNamed,
  modelled,
  reportDocument,
  type SimulatedRecord,
  simulate,
} from "../../firmware-sim/index.ts";

/** A program that has nothing but `qhubert/simulator` and a model file. */
const model = new Uint8Array(readFileSync(new URL("../../models/resnet1d-edge.qhb", import.meta.url)));

/** A record of 20 s: narrow bumps of 1 mV, 75 a minute, at 250 Hz. */
const record: SimulatedRecord = {
  name: "bumps",
  sampleRateHz: 250,
  samples: Int32Array.from({ length: 5000 }, (_, i) =>
    Math.round(200 * Math.exp(-((((i + 100) % 200) - 100) ** 2) / 8)),
  ),
  millivoltsPerCount: 1 / 200,
  baseline: 0,
};

/** A board of one's own: a device that is known, with another core. */
const board: Device = {
  ...deviceNamed("nRF52840"),
  name: "own board",
  coreHz: modelled(32e6, "a core of 32 MHz, for a test"),
  costs: CORTEX_M33_COSTS,
};

describe("the simulator from a program", () => {
  it("runs a record on every device, and on one of one's own", async () => {
    for (const device of [...DEVICES.map(({ name }) => name), board]) {
      const report = await simulate({ model, device, record });
      expect(report).toMatchObject({ record: "bumps", budgetsOk: true, deadlineMisses: 0 });
      expect(report.device).toBe(typeof device === "string" ? device : "own board");
      expect(Math.abs(report.beats - 25)).toBeLessThanOrEqual(3);
      expect(report.decisions).toBeGreaterThan(0);
      expect(report.sources.beats.kind).toBe("measured");
      expect(report.sources.batteryDays.kind).toBe("modelled");
      expect(reportDocument(report).sources.batteryDays).toBe(`modelled: ${report.sources.batteryDays.from}`);
    }
  });

  it("takes settings of the front end and the ring buffer", async () => {
    const options = { clockPpm: 100, fifoSamples: 16, ringSamples: 64, noiseMicrovolts: 5 };
    const report = await simulate({ model, device: board, record, options });
    expect(report.ringPeakSamples).toBeLessThanOrEqual(64);
    expect(report.budgetsOk).toBe(true);
  });

  it("says what is missing where a model does not fit", async () => {
    const small = { ...board, ramBytes: modelled(1024, "1 KB, for a test") };
    const error = await simulate({ model, device: small, record }).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(BudgetError);
    expect(error).toMatchObject({ figure: "ramBytes", limit: 1024 });
  });
});
