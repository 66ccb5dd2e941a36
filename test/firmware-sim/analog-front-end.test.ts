import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  AnalogFrontEnd,
  type AnalogFrontEndOptions,
  DEFAULT_FRONT_END,
  type SimulatedRecord,
} from "../../firmware-sim/analog-front-end.ts";

const SILENT: AnalogFrontEndOptions = { ...DEFAULT_FRONT_END, sampleRateHz: 500, noiseMicrovolts: 0 };

function record(samples: ArrayLike<number>, facts: Partial<SimulatedRecord> = {}): SimulatedRecord {
  const ecg = { name: "test", sampleRateHz: 500, millivoltsPerCount: 0.001, baseline: 0 };
  return { ...ecg, samples: Int32Array.from(samples), ...facts };
}

/** The samples of all bursts, and each burst's length and arrival. */
function readAll(frontEnd: AnalogFrontEnd): { samples: number[]; lengths: number[]; readyNs: number[] } {
  const samples: number[] = [];
  const lengths: number[] = [];
  const readyNs: number[] = [];
  for (let burst = frontEnd.nextBurst(); burst; burst = frontEnd.nextBurst()) {
    samples.push(...burst.samples);
    lengths.push(burst.samples.length);
    readyNs.push(burst.readyNs);
  }
  return { samples, lengths, readyNs };
}

describe("AnalogFrontEnd", () => {
  it("delivers every sample once, in bursts that arrive after their last sample, at any clock error", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 600 }),
        fc.integer({ min: -10000, max: 10000 }),
        fc.integer({ min: 1, max: 512 }),
        fc.constantFrom(125, 300, 500, 1000),
        fc.constantFrom(128, 300, 500),
        (length, clockPpm, fifoSamples, sampleRateHz, recordRateHz) => {
          // A ramp, so that each sample says where it was taken.
          const ramp = record(
            Array.from({ length }, (_, i) => i),
            { sampleRateHz: recordRateHz, millivoltsPerCount: 0.1 },
          );
          const frontEnd = new AnalogFrontEnd(ramp, { ...SILENT, clockPpm, fifoSamples, sampleRateHz });
          const { samples, lengths, readyNs } = readAll(frontEnd);
          expect(samples.length).toBe(frontEnd.sampleCount);
          lengths.forEach((count, i) => {
            const isLast = i === lengths.length - 1;
            expect(count).toBe(isLast ? frontEnd.sampleCount - i * fifoSamples : fifoSamples);
            expect(readyNs[i]).toBeGreaterThan(frontEnd.sampleTimeNs(i * fifoSamples + count - 1));
            if (i > 0) expect(readyNs[i]).toBeGreaterThan(readyNs[i - 1]);
          });
          // Interpolation bends at the record's two ends, where it repeats the outermost sample.
          for (let i = 0; i < samples.length; i++) {
            const position = frontEnd.sampleTimeNs(i) * 1e-9 * recordRateHz;
            const taken = (samples[i] * frontEnd.millivoltsPerCount) / 0.1;
            expect(Math.abs(taken - position)).toBeLessThan(position < 1 || position > length - 2 ? 0.1 : 0.001);
          }
          const recordEndNs = ((length - 1) / recordRateHz) * 1e9;
          expect(frontEnd.sampleTimeNs(frontEnd.sampleCount - 1)).toBeLessThanOrEqual(recordEndNs + 1);
          expect(frontEnd.sampleTimeNs(frontEnd.sampleCount)).toBeGreaterThan(recordEndNs - 1);
        },
      ),
    );
  });

  it("passes the record's own voltages on at its rate, to half a count", () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: -5000, max: 5000 }), { minLength: 1, maxLength: 100 }),
        fc.integer({ min: -100, max: 100 }),
        fc.constantFrom(128, 250, 300, 360, 500),
        fc.integer({ min: 12, max: 24 }),
        (samples, baseline, sampleRateHz, bits) => {
          const source = record(samples, { baseline, sampleRateHz });
          const frontEnd = new AnalogFrontEnd(source, { ...SILENT, sampleRateHz, bits });
          const step = frontEnd.millivoltsPerCount;
          readAll(frontEnd).samples.forEach((count, i) => {
            expect(Math.abs(count * step - (samples[i] - baseline) * 0.001)).toBeLessThan(0.5 * step + 1e-9);
          });
        },
      ),
    );
  });

  it("follows a sine between the record's samples and at another clock", () => {
    const sine = (seconds: number) => Math.sin(2 * Math.PI * 5 * seconds);
    const source = record(
      Array.from({ length: 600 }, (_, i) => Math.round(sine(i / 300) * 1e6)),
      {
        sampleRateHz: 300,
        millivoltsPerCount: 1e-6,
      },
    );
    const frontEnd = new AnalogFrontEnd(source, { ...SILENT, sampleRateHz: 500, clockPpm: 5000 });
    const { samples } = readAll(frontEnd);
    for (let i = 10; i < samples.length - 10; i++) {
      const expected = sine(frontEnd.sampleTimeNs(i) * 1e-9);
      expect(Math.abs(samples[i] * frontEnd.millivoltsPerCount - expected)).toBeLessThan(1e-3);
    }
  });

  it("saturates at its rails", () => {
    const options = { ...SILENT, bits: 16, fullScaleMillivolts: 5 };
    const { samples } = readAll(new AnalogFrontEnd(record([-1e6, 0, 1e6]), options));
    expect(samples).toEqual([-32768, 0, 32767]);
  });

  it("sees its upper rail while the lead is off, and only then", () => {
    const leadOff = [{ fromSeconds: 0.1, toSeconds: 0.2 }];
    const { samples } = readAll(new AnalogFrontEnd(record(new Int32Array(200)), { ...SILENT, bits: 16, leadOff }));
    samples.forEach((count, i) => {
      expect(count).toBe(i >= 50 && i < 100 ? 32767 : 0);
    });
  });

  it("adds noise of the strength asked for, the same for the same seed", () => {
    const options = { ...SILENT, noiseMicrovolts: 10, seed: 7 };
    const source = record(new Int32Array(4000));
    const frontEnd = new AnalogFrontEnd(source, options);
    const microvolts = readAll(frontEnd).samples.map((count) => count * frontEnd.millivoltsPerCount * 1000);
    const power = microvolts.reduce((sum, value) => sum + value ** 2, 0) / microvolts.length;
    // The standard error of an estimate from 4,000 samples is 1.1 %.
    expect(Math.sqrt(power)).toBeGreaterThan(9.5);
    expect(Math.sqrt(power)).toBeLessThan(10.5);
    const again = readAll(new AnalogFrontEnd(source, options)).samples;
    expect(again.map((count) => count * frontEnd.millivoltsPerCount * 1000)).toEqual(microvolts);
  });

  it.each([
    [{ sampleRateHz: 100 }, "sampleRateHz must be 125 .. 1000, not 100"],
    [{ bits: 25 }, "bits must be a whole number in 8 .. 24, not 25"],
    [{ bits: 12.5 }, "not 12.5"],
    [{ fifoSamples: 0 }, "fifoSamples must be a whole number in 1 .. 512, not 0"],
    [{ clockPpm: 20000 }, "clockPpm must be -10000 .. 10000, not 20000"],
    [{ noiseMicrovolts: -1 }, "noiseMicrovolts must be 0 .. 1000000, not -1"],
    [{ fullScaleMillivolts: Number.NaN }, "not NaN"],
    [{ busHz: 100 }, "busHz must be 24000 .. 1000000000, not 100"],
    [{ seed: 0.5 }, "seed must be an integer, not 0.5"],
  ])("refuses %j", (wrong, message) => {
    expect(() => new AnalogFrontEnd(record([0]), { ...SILENT, ...wrong })).toThrow(RangeError);
    expect(() => new AnalogFrontEnd(record([0]), { ...SILENT, ...wrong })).toThrow(message);
  });

  it.each([
    [{ samples: new Int32Array(0) }, "record test has 0 samples"],
    [{ sampleRateHz: 0 }, "record.sampleRateHz must be 1 .. 1000000, not 0"],
    [{ millivoltsPerCount: 0 }, "record.millivoltsPerCount must be above 0, not 0"],
    [{ baseline: Number.NaN }, "record.baseline must be a number, not NaN"],
  ])("refuses a record with %j", (wrong, message) => {
    expect(() => new AnalogFrontEnd({ ...record([0]), ...wrong }, SILENT)).toThrow(message);
  });
});
