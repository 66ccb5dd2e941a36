import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { SeededRandom } from "../../../tools/random/random.ts";
import { type Augmentation, NO_AUGMENTATION, writeCrop } from "../../../tools/train/batches/crops.ts";
import type { NoiseSignals } from "../../../tools/train/batches/noise.ts";
import { syntheticNoise } from "../../../tools/train/batches/noise-source.ts";

const ramp = (length: number) => ({ samples: Int16Array.from({ length }, (_, i) => i + 1) });
const lengths = fc.integer({ min: 1, max: 300 });

function crop(
  record: { samples: Int16Array },
  length: number,
  change: Partial<Augmentation>,
  random: SeededRandom,
  noise: NoiseSignals | null = null,
) {
  const target = new Float32Array(length).fill(9);
  const span = writeCrop(target, record, "repeat", { ...NO_AUGMENTATION, ...change }, noise, random);
  return { target, span };
}

const powerOf = (values: ArrayLike<number>) => Array.from(values).reduce((sum, value) => sum + value ** 2, 0);

describe("writeCrop", () => {
  it.each(["zeros", "repeat"] as const)("is a stretch of the record in millivolts, then %s", (shortRecord) => {
    fc.assert(
      fc.property(lengths, lengths, fc.integer(), (samples, length, seed) => {
        const target = new Float32Array(length).fill(9);
        const span = writeCrop(target, ramp(samples), shortRecord, NO_AUGMENTATION, null, new SeededRandom(seed));
        expect(span.from).toBeGreaterThanOrEqual(0);
        expect(span.to - span.from).toBe(Math.min(samples, length));
        target.forEach((value, i) => {
          const isPast = i >= samples;
          const at = (span.from + i) % samples;
          expect(value).toBeCloseTo(isPast && shortRecord === "zeros" ? 0 : (at + 1) / 1000, 6);
        });
      }),
    );
  });

  it("reaches both ends of the record, and flips as often as told", () => {
    const random = new SeededRandom(1);
    const starts = Array.from({ length: 200 }, () => {
      const { target } = crop(ramp(4), 2, { flipChance: 0.5 }, random);
      return Math.round(target[0] * 1000);
    });
    expect(new Set(starts)).toEqual(new Set([1, 2, 3, -1, -2, -3]));
  });

  it("stretches time by up to its share, within the span that it names", () => {
    fc.assert(
      fc.property(fc.integer({ min: 200, max: 400 }), fc.integer(), (samples, seed) => {
        const { target, span } = crop(ramp(samples), 100, { stretch: 0.2 }, new SeededRandom(seed));
        const pace = 1000 * (target[1] - target[0]);
        expect(pace).toBeGreaterThan(0.799);
        expect(pace).toBeLessThan(1.201);
        target.forEach((value, i) => {
          const at = span.from + i * pace;
          // Between the record's last sample and its first.
          const past = Math.max(0, at - (samples - 1));
          expect(value).toBeCloseTo((at + 1 - past * samples) / 1000, past > 0 ? 2 : 3);
        });
        expect(span.to).toBeGreaterThanOrEqual(Math.floor(target[99] * 1000 - 1e-3));
        expect(span.to).toBeLessThanOrEqual(samples);
      }),
    );
  });

  it("silences one stretch of up to so many samples", () => {
    const random = new SeededRandom(5);
    const masked = Array.from({ length: 300 }, () => {
      const { target } = crop(ramp(50), 50, { maskSamples: 20 }, random);
      const zeros = [...target.keys()].filter((i) => target[i] === 0);
      expect(zeros).toEqual(zeros.map((_, i) => zeros[0] + i));
      return zeros.length;
    });
    expect(Math.min(...masked)).toBe(0);
    expect(Math.max(...masked)).toBe(20);
  });

  it("adds noise at the ratio told, as often as told", () => {
    const noise = { description: "", signals: [Int16Array.of(3, -5, 8), Int16Array.of(100, 0)] };
    const random = new SeededRandom(2);
    const record = ramp(80);
    const noisy = Array.from({ length: 400 }, () => {
      const { target } = crop(record, 80, { noiseChance: 0.25, noiseDecibels: [10, 10] }, random, noise);
      const added = target.map((value, i) => value - record.samples[i] / 1000);
      const ratio = powerOf(record.samples) / 1e6 / powerOf(added);
      if (powerOf(added) < 1e-9) return false;
      expect(10 * Math.log10(ratio)).toBeCloseTo(10, 3);
      return true;
    }).filter(Boolean).length;
    expect(noisy).toBeGreaterThan(60);
    expect(noisy).toBeLessThan(140);
  });

  it("leaves a flat record flat, whatever the noise", () => {
    const flat = { samples: new Int16Array(20) };
    const noise = { description: "", signals: [Int16Array.of(7)] };
    const { target } = crop(flat, 30, { noiseChance: 1 }, new SeededRandom(1), noise);
    expect(target).toEqual(new Float32Array(30));
    const silence = { description: "", signals: [new Int16Array(9)] };
    const { target: kept } = crop(ramp(5), 5, { noiseChance: 1 }, new SeededRandom(1), silence);
    expect(kept[4]).toBeCloseTo(0.005, 6);
  });
});

describe("syntheticNoise", () => {
  it("is the same for a seed, and never silent for 10 s", async () => {
    const [first, again, other] = [await syntheticNoise(1), await syntheticNoise(1), await syntheticNoise(2)];
    expect(again).toEqual(first);
    expect(other).not.toEqual(first);
    for (const signal of first.signals) {
      for (let at = 0; at + 5000 <= signal.length; at += 5000) {
        expect(powerOf(signal.subarray(at, at + 5000))).toBeGreaterThan(0);
      }
    }
  });
});
