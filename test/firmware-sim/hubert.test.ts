import { describe, expect, it } from "vitest";
import { deviceNamed, modelled, type SimulationReport, simulate } from "../../firmware-sim/index.ts";
import { synthesize } from "../../tools/data/synth/synthesize.ts";
import { pack } from "../../tools/export/pack.ts";
import { hubertMicro, hubertNano } from "../../tools/graph/hubert.ts";
import { wideNetwork } from "../cases/random-wide-network.ts";

/** The transformers with random weights of random widths: what they say means nothing, what they cost is real. */
const nano = pack(wideNetwork(hubertNano(["N", "A", "O", "~"]), 5));
const micro = pack(wideNetwork(hubertMicro(["N", "A", "O", "~"]), 5));

// Behind 10.24 s every decision is over a full window.
const { leads, sampleRateHz, name } = synthesize({ rhythm: "sinus", seconds: 16, seed: 1 });
const [{ samples, countsPerMillivolt, baseline }] = leads;
const record = { name, sampleRateHz, samples, millivoltsPerCount: 1 / countsPerMillivolt, baseline };

const RAM_TARGET_BYTES = 256 * 1024;

describe("hubert-nano on an STM32U575", async () => {
  const report = await simulate({ model: nano, device: "STM32U575", record });

  it("makes a decision every 512 ms, none late, with all samples taken", () => {
    expect(report).toMatchObject({ budgetsOk: true, deadlineMisses: 0, overflowedSamples: 0 });
    // The first over 16 tokens, 1042 samples, known at the end of the next tick.
    expect(report.decisions).toBeGreaterThanOrEqual(27);
    expect(report.longestTaskMs).toBeLessThan(512);
  });

  it("fits 256 KB of RAM, firmware and buffers included", () => {
    expect(report.ramBytes.peak).toBeLessThanOrEqual(RAM_TARGET_BYTES);
  });

  it("spends most of its cycles on the sequences, which grow until the window is full", () => {
    const { cycles } = report;
    expect(cycles.macs + cycles.outputs).toBeGreaterThan(0.6 * totalOf(report));
    const lateness = decisionMs(report).map((ms) => ms % 512);
    // A decision's own time: from the end of its tick on.
    expect(lateness[20] - lateness[2]).toBeGreaterThan(100);
  });
});

describe("hubert-micro", async () => {
  it("fits 256 KB of RAM", async () => {
    const report = await simulate({ model: micro, device: "STM32U575", record });
    expect(report.ramBytes.peak).toBeLessThanOrEqual(RAM_TARGET_BYTES);
  });

  it("costs 2 to 4 times what hubert-nano does on the same record", async () => {
    const device = { ...deviceNamed("STM32U575"), coreHz: modelled(1e9, "quick enough for both, for a test") };
    const [small, large] = [
      await simulate({ model: nano, device, record }),
      await simulate({ model: micro, device, record }),
    ];
    expect(large.decisions).toBe(small.decisions);
    expect(totalOf(large) / totalOf(small)).toBeGreaterThan(2);
    expect(totalOf(large) / totalOf(small)).toBeLessThan(4);
  });
});

function totalOf({ cycles }: SimulationReport): number {
  return Object.values(cycles).reduce((sum, part) => sum + part, 0);
}

function decisionMs({ timeline }: SimulationReport): number[] {
  return timeline.filter(({ kind }) => kind === "decision").map(({ ms }) => ms);
}
