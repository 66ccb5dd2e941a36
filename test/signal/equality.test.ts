import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { DETECTOR_FLUSH_SAMPLES } from "../../assembly/shared/signal.ts";
import { FrontEnd } from "../../host/front-end.ts";
import { ReferenceFrontEnd } from "../reference/signal/front-end.ts";
import { ReferenceRPeak } from "../reference/signal/r-peak.ts";
import { syntheticEcg } from "./synthetic-ecg.ts";

const int32 = fc.oneof(fc.integer(), fc.constantFrom(0, -1, 2 ** 31 - 1, -(2 ** 31)));
const counts = fc.oneof(
  fc.array(int32, { maxLength: 1200 }),
  fc.array(fc.integer({ min: -3000, max: 3000 }), { maxLength: 1200 }),
);

describe.each(["scalar", "simd"] as const)("signal chain (%s build) equals the reference", (build) => {
  let frontEnd: FrontEnd;
  beforeAll(async () => {
    frontEnd = await FrontEnd.create(build);
  });

  it("front end: any rate, gain and signal", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 125_000, max: 1_000_000 }),
        fc.oneof(fc.integer({ min: 1, max: 2_000_000_000 }), fc.integer({ min: 100_000, max: 10_000_000 })),
        counts,
        (rateMilliHz, picovoltsPerCount, raw) => {
          const input = { sampleRateHz: rateMilliHz / 1000, millivoltsPerCount: picovoltsPerCount / 1e9 };
          const { samples } = frontEnd.condition(Int32Array.from(raw), input);
          expect(samples).toEqual(new ReferenceFrontEnd(rateMilliHz, picovoltsPerCount).condition(raw));
        },
      ),
      { numRuns: 60 },
    );
  });

  it("R-peak detector: beats, noise, spikes, silence", () => {
    const piece = fc.oneof(
      fc
        .record({ bpm: fc.integer({ min: 25, max: 290 }), millivolts: fc.double({ min: -5, max: 5, noNaN: true }) })
        .map(({ bpm, millivolts }) => [...syntheticEcg({ bpm, millivolts, seconds: 6 }).samples]),
      fc.array(fc.integer({ min: -32768, max: 32767 }), { maxLength: 900 }),
      fc.integer({ min: 1, max: 4000 }).map((length) => new Array<number>(length).fill(0)),
    );
    fc.assert(
      fc.property(fc.array(piece, { minLength: 1, maxLength: 6 }), (pieces) => {
        const signal = Int32Array.from(pieces.flat());
        const input = { sampleRateHz: 500, millivoltsPerCount: 0.001, conditioned: true };
        const beats = frontEnd.condition(signal, input).beats.map((beat) => beat.sample);
        const reference = new ReferenceRPeak();
        // The end of a record holds its last sample until the detector is sure of the last beat.
        const held = new Array<number>(DETECTOR_FLUSH_SAMPLES).fill(signal[signal.length - 1] ?? 0);
        const expected = [...signal, ...held].flatMap((sample, i) => {
          const ago = reference.push(sample);
          return ago > 0 && i - ago < signal.length ? [i - ago] : [];
        });
        expect(beats).toEqual(expected);
        expect(expected.every((sample, i) => sample >= 0 && sample > (expected[i - 1] ?? -1))).toBe(true);
      }),
      { numRuns: 40 },
    );
  });
});
