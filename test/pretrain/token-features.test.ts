import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { deltas } from "../../tools/pretrain/deltas.ts";
import { createMelSpectrum, ECG_BANDS } from "../../tools/pretrain/mel-bands.ts";
import { CEPSTRA, createMelCepstra } from "../../tools/pretrain/mel-cepstra.ts";
import { TIME_STATISTICS, timeStatistics } from "../../tools/pretrain/time-statistics.ts";
import { createTokenFeatures, FEATURE_KINDS } from "../../tools/pretrain/token-features.ts";
import type { TokenGrid } from "../../tools/pretrain/token-grid.ts";
import { SeededRandom } from "../../tools/random/random.ts";
import { draws } from "../properties/draws.ts";

const HOP = 64;
const grid = (tokens: number): TokenGrid => ({ tokens, hopSamples: HOP, centreSample: 41 });
const noise = (length: number, seed: number) => {
  const random = new SeededRandom(seed);
  return Float32Array.from({ length }, () => random.normal());
};
const sine =
  (hz: number, amplitude: number, phase = 0) =>
  (_: unknown, i: number) =>
    amplitude * Math.sin((2 * Math.PI * hz * i) / 500 + phase);
/** Rows that no edge reaches: a frame juts out by 23 samples, two slopes reach two tokens each. */
const inner = (rows: Float32Array, width: number, skip: number) => rows.slice(skip * width, rows.length - skip * width);
const seeds = fc.integer({ min: 0, max: 1e6 });

describe("token features", () => {
  it.each(FEATURE_KINDS)("%s: a signal that is late by a hop has its features a token later", (kind) => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const features = createTokenFeatures(kind);
        const signal = noise(HOP * 20, seed);
        const rows = features.of(signal, grid(18));
        const later = features.of(signal.slice(HOP), grid(17));
        const skip = 6;
        expect(inner(later, features.width, skip)).toEqual(inner(rows.slice(features.width), features.width, skip));
      }),
      { numRuns: draws(10) },
    );
  });

  it.each(FEATURE_KINDS)("%s: a flat line has finite features", (kind) => {
    const features = createTokenFeatures(kind);
    const rows = features.of(new Float32Array(1000).fill(0.3), grid(14));
    expect(rows).toHaveLength(14 * features.width);
    expect(rows.every(Number.isFinite)).toBe(true);
  });

  it("mfcc has the cepstra, their slopes and the slopes' slopes side by side", () => {
    const signal = noise(1000, 3);
    const cepstra = createMelCepstra()(signal, grid(14));
    const slopes = deltas(cepstra, CEPSTRA);
    const rows = createTokenFeatures("mfcc").of(signal, grid(14));
    [cepstra, slopes, deltas(slopes, CEPSTRA)].forEach((table, part) => {
      for (let token = 0; token < 14; token++) {
        const at = token * 39 + part * CEPSTRA;
        expect(rows.slice(at, at + CEPSTRA)).toEqual(table.slice(token * CEPSTRA, (token + 1) * CEPSTRA));
      }
    });
  });
});

describe("mel cepstra", () => {
  it("move in their first value alone under a gain, by the logarithm of its square, and not at all upside down", () => {
    fc.assert(
      fc.property(seeds, fc.double({ min: 1, max: 50, noNaN: true }), (seed, gain) => {
        const signal = noise(1000, seed).map((value) => 5 * value);
        const plain = createMelCepstra()(signal, grid(14));
        const louder = createMelCepstra()(
          signal.map((value) => -gain * value),
          grid(14),
        );
        louder.forEach((value, i) => {
          const expected = i % CEPSTRA === 0 ? Math.sqrt(ECG_BANDS.bands) * Math.log(gain ** 2) : 0;
          expect(value - plain[i]).toBeCloseTo(expected, 2);
        });
      }),
      { numRuns: draws(20) },
    );
  });

  it("find a tone in the band whose range it is in, with a power that does not depend on its phase", () => {
    const powersOf = createMelSpectrum(ECG_BANDS);
    // Above the first two bands: there the tone's mirror image below 0 Hz interferes, as its phase has it.
    fc.assert(
      fc.property(
        fc.integer({ min: 3, max: ECG_BANDS.bands - 1 }),
        fc.double({ min: 0, max: 6.28, noNaN: true }),
        (band, phase) => {
          // Mels are equal steps here to within 3 %: the middles of 16 bands within 0.5 to 40 Hz.
          const hz = 0.5 + ((band + 1) * 39.5) / 17;
          const powers = new Float64Array(ECG_BANDS.bands);
          powersOf(Float64Array.from({ length: 128 }, sine(hz, 1, phase)), powers);
          expect(powers.indexOf(Math.max(...powers))).toBe(band);
          const other = new Float64Array(ECG_BANDS.bands);
          powersOf(Float64Array.from({ length: 128 }, sine(hz, 1, 0)), other);
          expect(Math.abs(powers[band] / other[band] - 1)).toBeLessThan(0.05);
        },
      ),
    );
  });

  it("spread a tone's whole power over its bands: a sum under the triangles, which add up to 1", () => {
    const powers = new Float64Array(ECG_BANDS.bands);
    createMelSpectrum(ECG_BANDS)(Float64Array.from({ length: 128 }, sine(20, 2)), powers);
    // Hann's power bandwidth is 1.5 bins of 500/128 Hz; the sum is over every hertz.
    const expected = 2 ** 2 * 1.5 * (500 / 128);
    expect(powers.reduce((sum, power) => sum + power, 0) / expected).toBeCloseTo(1, 1);
  });

  it.each([
    [{ lowHz: 40, highHz: 40 }, /bands must lie within 0 to 250 Hz, not 40 to 40/],
    [{ lowHz: 1, highHz: 251 }, /not 1 to 251/],
    [{ lowHz: -1, highHz: 40 }, /not -1 to 40/],
  ])("refuse bands of %o", (range, sentence) => {
    expect(() => createMelSpectrum({ ...ECG_BANDS, ...range })).toThrow(sentence);
  });
});

describe("deltas", () => {
  it("are the slope of a straight line, and 0 of a constant", () => {
    const rows = Float32Array.from({ length: 20 }, (_, i) => (i % 2 === 0 ? 3 * (i / 2) : 7));
    const slopes = inner(deltas(rows, 2), 2, 2);
    slopes.forEach((slope, i) => {
      expect(slope).toBeCloseTo(i % 2 === 0 ? 3 : 0, 5);
    });
  });
});

describe("time statistics", () => {
  it("of a square wave are those that one can tell by hand", () => {
    // One frame of 128: 32 samples at -1 mV, then 96 at 3 mV.
    const signal = Float32Array.from({ length: 128 }, (_, i) => (i < 32 ? -1 : 3));
    const frame = timeStatistics(signal, { tokens: 1, hopSamples: HOP, centreSample: 64 });
    const byName = Object.fromEntries(TIME_STATISTICS.map((name, i) => [name, frame[i]]));
    expect(Object.values(byName).map((value) => Number(value.toFixed(4)))).toEqual([
      2,
      1.7321,
      -1,
      3,
      Number(((4 * 500) / 127).toFixed(4)),
      2000,
      Number((1 / 128).toFixed(4)),
      -1.1547,
      Number((7 / 3 - 3).toFixed(4)),
      0,
    ]);
  });
});
