import { beforeAll, describe, expect, it } from "vitest";
import { FrontEnd } from "../../../host/front-end.ts";
import { ReferenceFrontEnd } from "../../reference/signal/front-end.ts";

const RATES_HZ = [125, 128, 200, 250, 256, 257, 300, 360, 500, 512, 1000];
const IN_BAND_HZ = [2 / 3, 5, 12, 22, 30];
/** 0.25 microvolts. */
const PICOVOLTS_PER_COUNT = 250_000;
const MICROVOLTS_PER_COUNT = PICOVOLTS_PER_COUNT / 1e6;

/** Raw counts of sines of 1 mV each. */
function sines(frequenciesHz: number[], rateHz: number, seconds: number): Int32Array {
  return Int32Array.from({ length: Math.ceil(rateHz * seconds) }, (_, i) => {
    const microvolts = frequenciesHz.reduce((sum, f) => sum + 1000 * Math.sin((2 * Math.PI * f * i) / rateHz), 0);
    return Math.round(microvolts / MICROVOLTS_PER_COUNT);
  });
}

/** Amplitude in microvolts of one frequency over samples that hold whole periods of it, at 500 Hz. */
function amplitude(samples: Int16Array, frequencyHz: number): number {
  let re = 0;
  let im = 0;
  samples.forEach((value, i) => {
    re += value * Math.cos((2 * Math.PI * frequencyHz * i) / 500);
    im += value * Math.sin((2 * Math.PI * frequencyHz * i) / 500);
  });
  return (2 * Math.hypot(re, im)) / samples.length;
}

/** Magnitude of the two Butterworth filters of docs/numerics/front-end.md, which the bilinear transform warps. */
function idealGain(frequencyHz: number): number {
  const warp = (f: number) => Math.tan((Math.PI * f) / 500);
  const highPass = 1 / (1 + (warp(0.5) / warp(frequencyHz)) ** 4);
  const lowPass = 1 / (1 + (warp(frequencyHz) / warp(40)) ** 8);
  return Math.sqrt(highPass * lowPass);
}

const decibels = (ratio: number) => 20 * Math.log10(ratio);

describe("front end (reference)", () => {
  it.each(RATES_HZ)("keeps 0.67..30 Hz within 0.5 dB at %i Hz", (rateHz) => {
    const out = new ReferenceFrontEnd(rateHz * 1000, PICOVOLTS_PER_COUNT).condition(sines(IN_BAND_HZ, rateHz, 10.1));
    const settled = out.slice(-3000); // 6 s hold whole periods of every frequency
    for (const f of IN_BAND_HZ) {
      expect(Math.abs(decibels(amplitude(settled, f) / 1000 / idealGain(f))), `${f} Hz`).toBeLessThan(0.5);
    }
  });

  it.each([460, 475, 499])("attenuates %i Hz, which 1000 Hz records alias into the band, by 40 dB", (f) => {
    const out = new ReferenceFrontEnd(1_000_000, PICOVOLTS_PER_COUNT).condition(sines([f], 1000, 10.1));
    expect(decibels(amplitude(out.slice(-3000), 500 - f) / 1000)).toBeLessThan(-40);
  });
});

describe.each(["scalar", "simd"] as const)("front end (%s build)", (build) => {
  let frontEnd: FrontEnd;
  beforeAll(async () => {
    frontEnd = await FrontEnd.create(build);
  });
  const condition = (samples: Int32Array, sampleRateHz: number, millivoltsPerCount = MICROVOLTS_PER_COUNT / 1000) =>
    frontEnd.condition(samples, { sampleRateHz, millivoltsPerCount }).samples;

  it("gives 500 samples a second without drift over an hour of 512 Hz", () => {
    const seconds = 3600;
    const out = condition(sines([5], 512, seconds), 512);
    // The last 4 input samples are still awaited by the kernel.
    expect(out.length).toBe(Math.ceil(((512 * seconds - 4) * 500) / 512));
    const first = out.slice(5000, 5500); // at 10 s and 3590 s, both at phase 0 of 5 Hz
    const last = out.slice(3590 * 500, 3590 * 500 + 500);
    expect(Math.max(...first.map((value, i) => Math.abs(value - last[i])))).toBeLessThanOrEqual(2);
  });

  it("gives zeros for any constant", () => {
    for (const value of [0, -1, 2 ** 31 - 1, -(2 ** 31)]) {
      for (const rateHz of RATES_HZ) {
        expect(condition(new Int32Array(2000).fill(value), rateHz, 2).every((sample) => sample === 0)).toBe(true);
      }
    }
  });

  it("returns to exactly zero after a step and stays there", () => {
    for (const stepMicrovolts of [1, 37, 5000, 300_000]) {
      const samples = new Int32Array(60 * 500).fill(stepMicrovolts, 100);
      const out = condition(samples, 500, 0.001);
      expect(out.some((sample) => sample !== 0)).toBe(true);
      expect(out.slice(10 * 500).every((sample) => sample === 0)).toBe(true);
    }
  });

  it("saturates at the ends of int16 instead of wrapping", () => {
    const out = condition(new Int32Array(1000).fill(2 ** 31 - 1, 10), 500, 2);
    expect(Math.max(...out)).toBe(32767);
    // The high-pass crosses zero 0.35 s after a step.
    expect(out.slice(20, 150).every((sample) => sample > 0)).toBe(true);
    const down = condition(new Int32Array(1000).fill(-(2 ** 31), 10), 500, 2);
    expect(Math.min(...down)).toBe(-32768);
  });
});
