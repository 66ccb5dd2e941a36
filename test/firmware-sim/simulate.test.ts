import { join } from "node:path";
import { describe, expect, it } from "vitest";
import {
  BudgetError,
  DEVICES,
  type Device,
  deviceNamed,
  modelled,
  reportDocument,
  type SimulatedRecord,
  simulate,
} from "../../firmware-sim/index.ts";
import { Engine } from "../../host/index.ts";
import { openRecord } from "../../tools/data/open-record.ts";
import type { EcgRecord } from "../../tools/data/record.ts";
import { synthesize } from "../../tools/data/synth/synthesize.ts";
import { pack } from "../../tools/export/pack.ts";
import { resnet1dEdge } from "../../tools/graph/resnet1d.ts";
import { quantizedNetwork } from "../cases/random-network.ts";

/** The wearable's network with random weights of random widths: what it says means nothing, what it costs is real. */
const model = pack(quantizedNetwork(resnet1dEdge(["N", "A", "O", "~"]), 3));

function leadOf(record: EcgRecord): SimulatedRecord {
  const [{ samples, countsPerMillivolt, baseline }] = record.leads;
  const { name, sampleRateHz } = record;
  return { name, sampleRateHz, samples, millivoltsPerCount: 1 / countsPerMillivolt, baseline };
}

const sinus = synthesize({ rhythm: "sinus", seconds: 20, seed: 1 });
const record = leadOf(sinus);
const peakMs = (sinus.annotations ?? []).filter(({ symbol }) => symbol === "N").map(({ sample }) => sample * 2);

function slowed(factor: number): Device {
  const device = deviceNamed("nRF52840");
  return { ...device, coreHz: modelled(device.coreHz.value / factor, "a slower core, for a test") };
}

describe.each(DEVICES.map(({ name }) => name))("simulate on %s", (device) => {
  it("keeps the budgets with the edge network and finds the beats of the record", async () => {
    const report = await simulate({ model, device, record });
    expect(report).toMatchObject({ device, record: "synth-sinus-1" });
    expect(report).toMatchObject({ budgetsOk: true, deadlineMisses: 0, overflowedSamples: 0 });
    const detected = report.timeline.filter((entry) => entry.kind === "beat").map((entry) => entry.peakMs);
    // The detector learns its thresholds in the first two seconds; the last beat may be too near to the end.
    const due = peakMs.filter((ms) => ms > 2000 && ms < 19_500);
    // Within two samples of the electrode's own time: the filters' delay is taken out.
    const found = due.filter((ms) => detected.some((peak) => Math.abs(peak - ms) <= 4));
    expect(due.length).toBeGreaterThan(15);
    expect(found).toEqual(due);
  });
});

describe.skipIf(!process.env.ECG_DATA)("simulate on real records (needs ECG_DATA)", () => {
  it.each(["A00001", "A00002", "A00004"])("keeps the budgets of an nRF52840 with CinC 2017 record %s", async (name) => {
    const real = leadOf(openRecord(join(process.env.ECG_DATA ?? "", "cinc2017", name)));
    const report = await simulate({ model, device: "nRF52840", record: real });
    expect(report).toMatchObject({ record: name, budgetsOk: true });
    expect(Math.abs(report.seconds - real.samples.length / real.sampleRateHz)).toBeLessThan(0.5);
    const bpm = (60 * report.beats) / report.seconds;
    expect(bpm).toBeGreaterThan(40);
    expect(bpm).toBeLessThan(160);
  });
});

describe("simulate", () => {
  it("decides what the engine decides on the same samples", async () => {
    // One count of the converter is a count of the record: 1 uV.
    const options = { noiseMicrovolts: 0, bits: 24, fullScaleMillivolts: 8388.608 };
    const report = await simulate({ model, device: "nRF52840", record, options });
    const engine = await Engine.load(model);
    engine.configureInput({ sampleRateHz: 500, millivoltsPerCount: 0.001 });
    const events = [...engine.push(record.samples), ...engine.finish()];
    const labels = events.filter((event) => event.kind === "decision").map(({ label }) => label);
    expect(report.timeline.filter((entry) => entry.kind === "decision").map(({ label }) => label)).toEqual(labels);
    expect(report.decisions).toBe(labels.length);
    expect(report.beats).toBe(events.length - labels.length);
  });

  it("gives the same report for the same input", async () => {
    const first = await simulate({ model, device: "STM32U575", record });
    expect(await simulate({ model, device: "STM32U575", record })).toEqual(first);
  });

  it("says of every figure where it is from, in plain JSON", async () => {
    const report = await simulate({ model, device: "nRF52840", record });
    const figures = Object.keys(report).filter((key) => !["device", "record", "sources"].includes(key));
    expect(Object.keys(report.sources).sort()).toEqual(figures.sort());
    for (const { kind, from } of Object.values(report.sources)) {
      expect(["measured", "modelled"]).toContain(kind);
      expect(from).toMatch(/^(?!measured:|modelled:).{10,}/);
    }
    const document = reportDocument(report);
    expect(Object.keys(document)).toEqual(Object.keys(report));
    expect(Object.keys(document.sources)).toEqual(Object.keys(report.sources));
    for (const source of Object.values(document.sources)) expect(source).toMatch(/^(measured|modelled): .{10,}/);
    expect(JSON.parse(JSON.stringify(report))).toEqual(report);
  });

  it("has latencies that follow from the beats and decisions of the timeline", async () => {
    const { timeline, latencyMs, beats, beatsUndecided } = await simulate({ model, device: "nRF52840", record });
    const decisions = timeline.filter((entry) => entry.kind === "decision");
    const decided = timeline.filter((entry) => entry.kind === "beat").filter((beat) => beat.latencyMs !== null);
    expect(decided.length).toBe(beats - beatsUndecided);
    expect(decided.length).toBeGreaterThan(10);
    for (const beat of decided) {
      const next = decisions.find(({ ms }) => ms >= beat.ms);
      expect(beat.latencyMs).toBeCloseTo((next?.ms ?? 0) - beat.peakMs, 6);
    }
    expect(latencyMs.max).toBe(Math.max(...decided.map((beat) => beat.latencyMs as number)));
  });

  it("takes twice the time awake on a core of half the speed", async () => {
    const quick = await simulate({ model, device: slowed(1), record });
    const slow = await simulate({ model, device: slowed(2), record });
    expect(slow.cycles).toEqual(quick.cycles);
    expect((slow.dutyCycle * slow.seconds) / (quick.dutyCycle * quick.seconds)).toBeCloseTo(2, 6);
    expect(slow.latencyMs.p50 as number).toBeGreaterThan(quick.latencyMs.p50 as number);
  });

  it("misses deadlines and loses samples, all of them counted, on a core that is too slow", async () => {
    const { dutyCycle } = await simulate({ model, device: slowed(1), record });
    const report = await simulate({ model, device: slowed(3 / dutyCycle), record });
    expect(report.budgetsOk).toBe(false);
    expect(report.deadlineMisses).toBeGreaterThan(0);
    expect(report.overflowedSamples).toBeGreaterThan(0);
    expect(report.ringPeakSamples).toBe(512);
    expect(report.dutyCycle).toBeGreaterThan(0.95);
  });

  it("misses deadlines without losing samples where the ring is long enough", async () => {
    const { dutyCycle } = await simulate({ model, device: slowed(1), record });
    const options = { ringSamples: record.samples.length };
    const report = await simulate({ model, device: slowed(3 / dutyCycle), record, options });
    expect(report.overflowedSamples).toBe(0);
    expect(report.deadlineMisses).toBeGreaterThan(0);
    expect(report.budgetsOk).toBe(false);
  });

  it("does not mind a clock that is off, nor where the FIFO is cut", async () => {
    const settings = [
      { clockPpm: 200 },
      { clockPpm: -200 },
      { fifoSamples: 1 },
      { fifoSamples: 125 },
      { sampleRateHz: 250 },
    ];
    for (const options of settings) {
      const report = await simulate({ model, device: "nRF52840", record, options });
      expect(report.budgetsOk).toBe(true);
      expect(Math.abs(report.beats - peakMs.length)).toBeLessThanOrEqual(3);
    }
  });

  it("finds the beats again after a stretch with the lead off", async () => {
    const options = { leadOff: [{ fromSeconds: 6, toSeconds: 10 }] };
    const { timeline, budgetsOk } = await simulate({ model, device: "nRF52840", record, options });
    const peaks = timeline.filter((entry) => entry.kind === "beat").map((entry) => entry.peakMs);
    const due = peakMs.filter((ms) => ms > 13_000 && ms < 19_500);
    expect(due.filter((ms) => peaks.some((peak) => Math.abs(peak - ms) < 75))).toEqual(due);
    expect(budgetsOk).toBe(true);
  });

  it("refuses a model without room in RAM, by how much", async () => {
    const report = await simulate({ model, device: "nRF52840", record });
    const needed = report.ramBytes.peak;
    const small = { ...deviceNamed("nRF52840"), ramBytes: modelled(needed - 100, "too little, for a test") };
    const error = await simulate({ model, device: small, record }).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(BudgetError);
    expect(error).toMatchObject({ figure: "ramBytes", limit: needed - 100, needed });
    expect((error as BudgetError).message).toMatch(/bytes of RAM on nRF52840, which has \d+: 100 too many/);
    const enough = { ...small, ramBytes: modelled(needed, "just enough, for a test") };
    expect((await simulate({ model, device: enough, record })).budgetsOk).toBe(true);
  });

  it("refuses a model without room in flash, by how much", async () => {
    const { flashBytes } = await simulate({ model, device: "nRF52840", record });
    const small = { ...deviceNamed("nRF52840"), flashBytes: modelled(flashBytes.used - 1, "too little, for a test") };
    await expect(simulate({ model, device: small, record })).rejects.toMatchObject({
      figure: "flashBytes",
      limit: flashBytes.used - 1,
      needed: flashBytes.used,
    });
  });

  it("reports a record without beats or decisions without inventing figures", async () => {
    const flat = { ...record, samples: new Int32Array(100) };
    const report = await simulate({ model, device: "nRF52840", record: flat });
    expect(report).toMatchObject({
      beats: 0,
      decisions: 0,
      lastDecision: null,
      energyPerBeatUj: null,
      latencyMs: { p50: null, p99: null, max: null },
    });
  });

  it("refuses a device that there is none of", async () => {
    await expect(simulate({ model, device: "toaster", record })).rejects.toThrow("device must be one of");
  });
});
