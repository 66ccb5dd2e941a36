import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { EcgRecord } from "../../../tools/data/record.ts";
import { drawMorphology, inverted } from "../../../tools/data/synth/morphology.ts";
import type { Rhythm } from "../../../tools/data/synth/rhythm.ts";
import { RHYTHMS } from "../../../tools/data/synth/rhythm.ts";
import { synthesize } from "../../../tools/data/synth/synthesize.ts";
import { SeededRandom } from "../../../tools/random/random.ts";
import { draws } from "../../properties/draws.ts";

const rhythms = Object.keys(RHYTHMS) as Rhythm[];
const beating = rhythms.filter((rhythm) => rhythm !== "noise");
const silent = { baselineMillivolts: 0, mainsMillivolts: 0, muscleMillivolts: 0, motionMillivolts: 0 };

function peaksOf(record: EcgRecord, symbols = "NV"): number[] {
  return (record.annotations ?? []).filter(({ symbol }) => symbols.includes(symbol)).map(({ sample }) => sample);
}

function rrOf(record: EcgRecord): { meanSeconds: number; variation: number } {
  const peaks = peaksOf(record);
  const rr = peaks.slice(1).map((peak, i) => (peak - peaks[i]) / record.sampleRateHz);
  const mean = rr.reduce((sum, value) => sum + value, 0) / rr.length;
  const variance = rr.reduce((sum, value) => sum + (value - mean) ** 2, 0) / rr.length;
  return { meanSeconds: mean, variation: Math.sqrt(variance) / mean };
}

/**
 * Measures the mean height of the P window, 0.13 to 0.21 s before each R peak, over the level 0.05 to 0.07 s before R.
 */
function meanPHeight(record: EcgRecord): number {
  const { samples, countsPerMillivolt } = record.leads[0];
  const level = (from: number, to: number) => {
    const window = samples.subarray(Math.round(from), Math.round(to));
    return window.reduce((sum, count) => sum + count, 0) / window.length / countsPerMillivolt;
  };
  const rate = record.sampleRateHz;
  const heights = peaksOf(record, "N")
    .filter((peak) => peak > rate / 2)
    .map((peak) => level(peak - 0.21 * rate, peak - 0.13 * rate) - level(peak - 0.07 * rate, peak - 0.05 * rate));
  return heights.reduce((sum, height) => sum + height, 0) / heights.length;
}

describe("R peaks", () => {
  it.each(beating)("lie within 20 ms of the signal's maximum (%s)", (rhythm) => {
    fc.assert(
      fc.property(fc.integer(), fc.constantFrom(125, 250, 300, 360, 500, 1000), (seed, sampleRateHz) => {
        const record = synthesize({ rhythm, seconds: 8, sampleRateHz, seed, noise: silent });
        const { samples } = record.leads[0];
        const reach = Math.round(0.08 * sampleRateHz);
        for (const peak of peaksOf(record)) {
          // At the record's or a lead-off stretch's edge the true maximum may be out of sight.
          if (peak < reach || peak + reach >= samples.length || nearLeadOff(record, peak, reach)) continue;
          let top = peak - reach;
          for (let i = top; i <= peak + reach; i++) if (samples[i] > samples[top]) top = i;
          expect(Math.abs(top - peak) / sampleRateHz).toBeLessThanOrEqual(0.02);
        }
      }),
      { numRuns: draws(10) },
    );
  });

  it("lie at the minimum where the electrodes are swapped", () => {
    const morphology = inverted(drawMorphology(new SeededRandom(4)));
    const record = synthesize({ rhythm: "sinus", seconds: 10, seed: 1, morphology, noise: silent });
    const { samples } = record.leads[0];
    for (const peak of peaksOf(record).slice(1, -1)) {
      const around = samples.subarray(peak - 40, peak + 41);
      expect(Math.abs(around.indexOf(Math.min(...around)) - 40)).toBeLessThanOrEqual(10);
    }
  });
});

function nearLeadOff(record: EcgRecord, sample: number, reach: number): boolean {
  // After a railed stretch the input amplifier's recovery tilts the signal for a second or so.
  const recovery = 2 * record.sampleRateHz;
  const edges = (record.annotations ?? []).filter(({ symbol }) => symbol === "~");
  return edges.some((edge) => sample >= edge.sample - reach && sample < edge.sample + Math.max(reach, recovery));
}

describe("rate and rhythm", () => {
  it("keeps the rate that was asked for", () => {
    fc.assert(
      fc.property(
        fc.constantFrom<Rhythm>("sinus", "afib", "ectopic", "tachycardia"),
        fc.integer({ min: 40, max: 180 }),
        fc.integer(),
        (rhythm, rateBpm, seed) => {
          const { meanSeconds } = rrOf(synthesize({ rhythm, seconds: 120, rateBpm, seed, sampleRateHz: 125 }));
          // Standard error of the mean of 80 independent intervals at a variation of 0.22: 2.5 %.
          expect(Math.abs(60 / meanSeconds / rateBpm - 1)).toBeLessThan(0.12);
        },
      ),
      { numRuns: draws(20) },
    );
  });

  it.each(beating)("has the rhythm's own rate unless told (%s)", (rhythm) => {
    const peaks = peaksOf(synthesize({ rhythm, seconds: 120, seed: 5, sampleRateHz: 125 }));
    const expected = RHYTHMS[rhythm].rateBpm * 2;
    const [lowest, highest] = rhythm === "leadOff" ? [0.55, 0.95] : [0.92, 1.08];
    expect(peaks.length / expected).toBeGreaterThan(lowest);
    expect(peaks.length / expected).toBeLessThan(highest);
  });

  it("makes fibrillation far more irregular than sinus", () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        // Four minutes: the slow waves of the sinus rate have come and gone often enough.
        const sinus = rrOf(synthesize({ rhythm: "sinus", seconds: 240, seed, sampleRateHz: 125 }));
        const afib = rrOf(synthesize({ rhythm: "afib", seconds: 240, seed, sampleRateHz: 125 }));
        expect(afib.variation).toBeGreaterThan(2.5 * sinus.variation);
      }),
      { numRuns: draws(8) },
    );
  });

  it("gives sinus the variation that was asked for", () => {
    const sinus = synthesize({ rhythm: "sinus", seconds: 600, seed: 2, sampleRateHz: 250, rrVariation: 0.08 });
    const { variation } = rrOf(sinus);
    expect(variation).toBeGreaterThan(0.07);
    expect(variation).toBeLessThan(0.09);
  });

  it("has a P wave in sinus and none in fibrillation", () => {
    const sinus = synthesize({ rhythm: "sinus", seconds: 60, rateBpm: 60, seed: 8, noise: silent });
    const afib = synthesize({ rhythm: "afib", seconds: 120, rateBpm: 60, seed: 8, noise: silent });
    expect(meanPHeight(sinus)).toBeGreaterThan(0.05);
    expect(Math.abs(meanPHeight(afib))).toBeLessThan(0.02);
  });

  it("follows an early ventricular beat with a full compensatory pause", () => {
    const record = synthesize({ rhythm: "ectopic", seconds: 300, seed: 3, rrVariation: 0 });
    const beats = (record.annotations ?? []).filter(({ symbol }) => symbol !== "+");
    const interval = 60 / RHYTHMS.ectopic.rateBpm;
    let ventricular = 0;
    beats.slice(1, -1).forEach((beat, i) => {
      if (beat.symbol !== "V") return;
      ventricular++;
      expect((beat.sample - beats[i].sample) / 500).toBeLessThan(0.75 * interval);
      expect(Math.abs((beats[i + 2].sample - beats[i].sample) / 500 - 2 * interval)).toBeLessThan(0.01);
    });
    expect(ventricular / beats.length).toBeGreaterThan(0.1);
    expect(ventricular / beats.length).toBeLessThan(0.2);
  });

  it("rails or flattens the signal between the lead-off marks and annotates no beat there", () => {
    const record = synthesize({ rhythm: "leadOff", seconds: 40, seed: 6 });
    const { samples } = record.leads[0];
    const marks = (record.annotations ?? []).filter(({ symbol }) => symbol === "~");
    expect(marks.map(({ note }) => note)).toEqual(Array.from({ length: 4 }, () => ["lead off", "lead on"]).flat());
    for (let i = 0; i < marks.length; i += 2) {
      const [from, to] = [marks[i].sample, marks[i + 1].sample];
      expect(new Set(samples.subarray(from, to)).size).toBe(1);
      expect(peaksOf(record).filter((peak) => peak >= from && peak < to)).toEqual([]);
    }
  });

  it("has no beat in noise", () => {
    expect(peaksOf(synthesize({ rhythm: "noise", seconds: 20, seed: 1 }))).toEqual([]);
  });
});

describe("synthesize", () => {
  it("gives the same record for the same seed, another for another", () => {
    fc.assert(
      fc.property(fc.constantFrom(...rhythms), fc.integer(), (rhythm, seed) => {
        const once = synthesize({ rhythm, seconds: 3, seed });
        expect(synthesize({ rhythm, seconds: 3, seed })).toEqual(once);
        expect(synthesize({ rhythm, seconds: 3, seed: seed + 1 }).leads[0].samples).not.toEqual(once.leads[0].samples);
      }),
      { numRuns: draws(20) },
    );
  });

  it("serves every rate and duration, with annotations inside the record and in order", () => {
    const durations = fc.oneof(fc.constant(0.008), fc.double({ min: 0.01, max: 20, noNaN: true }));
    fc.assert(
      fc.property(
        fc.constantFrom(...rhythms),
        fc.integer({ min: 125, max: 1000 }),
        durations,
        fc.integer(),
        (rhythm, sampleRateHz, seconds, seed) => {
          const { leads, annotations = [] } = synthesize({ rhythm, sampleRateHz, seconds, seed });
          expect(leads[0].samples.length).toBe(Math.round(seconds * sampleRateHz));
          const places = annotations.map(({ sample }) => sample);
          for (const place of places) expect(place >= 0 && place < leads[0].samples.length).toBe(true);
          expect(places).toEqual([...places].sort((a, b) => a - b));
        },
      ),
      { numRuns: draws(60) },
    );
  });

  it.each([
    [{ rhythm: "flutter" as Rhythm }, /rhythm must be one of .*, not flutter/],
    [{ seconds: 0 }, /seconds must last one sample at least, not 0/],
    [{ seconds: -1 }, /seconds .* not -1/],
    [{ seconds: Number.NaN }, /seconds .* not NaN/],
    [{ seconds: 86401 }, /seconds .* not 86401/],
    [{ sampleRateHz: 124 }, /sampleRateHz must be 125 .. 1000, not 124/],
    [{ sampleRateHz: 1001 }, /sampleRateHz .* not 1001/],
    [{ rateBpm: 19 }, /rateBpm must be 20 .. 240, not 19/],
    [{ rrVariation: 0.6 }, /rrVariation .* not 0.6/],
    [{ ectopicFraction: -0.1 }, /ectopicFraction .* not -0.1/],
    [{ noise: { muscleMillivolts: -1 } }, /noise.muscleMillivolts .* not -1/],
  ])("refuses %j", (wrong, message) => {
    const options = { rhythm: "sinus" as Rhythm, seconds: 1, seed: 1, ...wrong };
    expect(() => synthesize(options)).toThrow(RangeError);
    expect(() => synthesize(options)).toThrow(message);
  });
});
