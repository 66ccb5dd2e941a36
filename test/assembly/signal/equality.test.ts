import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { DETECTOR_FLUSH_SAMPLES } from "../../../assembly/shared/signal.ts";
import { FrontEnd } from "../../../host/front-end.ts";
import { ENGINE_BUILDS } from "../../../host/index.ts";
import { draws } from "../../properties/draws.ts";
import { ReferenceFrontEnd } from "../../reference/signal/front-end.ts";
import { ReferenceRPeak } from "../../reference/signal/r-peak.ts";
import { ReferenceQuality } from "../../reference/signal/signal-quality.ts";
import { syntheticEcg } from "./synthetic-ecg.ts";

const int32 = fc.oneof(fc.integer(), fc.constantFrom(0, -1, 2 ** 31 - 1, -(2 ** 31)));
const counts = fc.oneof(
  fc.array(int32, { maxLength: 1200 }),
  fc.array(fc.integer({ min: -3000, max: 3000 }), { maxLength: 1200 }),
);

describe.each(ENGINE_BUILDS)("signal chain (%s build) equals the reference", (build) => {
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
      { numRuns: draws(60) },
    );
  });

  it("R-peak detector and signal quality: beats, noise, spikes, rails, silence", () => {
    const piece = fc.oneof(
      fc
        .record({ bpm: fc.integer({ min: 25, max: 290 }), millivolts: fc.double({ min: -5, max: 5, noNaN: true }) })
        .map(({ bpm, millivolts }) => [...syntheticEcg({ bpm, millivolts, seconds: 6 }).samples]),
      fc.array(fc.integer({ min: -32768, max: 32767 }), { maxLength: 900 }),
      fc.tuple(fc.integer({ min: 1, max: 4000 }), fc.constantFrom(0, 5, -3000, 32767)).map(repeated),
      fc
        .tuple(fc.integer({ min: 1, max: 2000 }), fc.integer({ min: 1, max: 600 }), fc.constantFrom(20, 300, 3000))
        .map(([length, period, size]) => Array.from({ length }, (_, i) => (i % period < period / 2 ? size : -size))),
    );
    const rate = fc.constantFrom(125_000, 300_000, 500_000, 777_777, 1_000_000);
    fc.assert(
      fc.property(
        fc.array(piece, { minLength: 1, maxLength: 6 }),
        fc.boolean(),
        rate,
        (pieces, conditioned, rateMilliHz) => {
          const signal = Int32Array.from(pieces.flat());
          const sampleRateHz = conditioned ? 500 : rateMilliHz / 1000;
          const { beats, quality } = frontEnd.condition(signal, {
            sampleRateHz,
            millivoltsPerCount: 0.001,
            conditioned,
          });
          const expected = referenceEvents(signal, conditioned, sampleRateHz * 1000);
          expect(beats.map(({ sample, quality }) => ({ sample, quality }))).toEqual(expected.beats);
          expect(quality.map(({ sample, quality }) => ({ sample, quality }))).toEqual(expected.changes);
        },
      ),
      { numRuns: draws(60) },
    );
  });
});

const repeated = ([length, value]: readonly [number, number]) => new Array<number>(length).fill(value);

interface Found {
  readonly sample: number;
  readonly quality: string;
}

/** The beats and verdicts of the references for a record in microvolts. */
function referenceEvents(signal: Int32Array, conditioned: boolean, rateMilliHz: number) {
  const frontEnd = new ReferenceFrontEnd(rateMilliHz, 1_000_000);
  const detector = new ReferenceRPeak();
  const quality = new ReferenceQuality(rateMilliHz);
  const beats: Found[] = [];
  const changes: Found[] = [];
  let taken = 0;
  let last = 0;
  for (const raw of signal) {
    quality.pushRaw(raw);
    for (const sample of conditioned ? [Math.max(-32768, Math.min(32767, raw))] : frontEnd.push(raw)) {
      const ago = detector.push(sample);
      if (quality.pushSample(sample, detector.levels)) {
        changes.push({ sample: taken + 1 - 512, quality: quality.verdict });
        if (quality.verdict === "flat") detector.relearn();
      }
      if (ago > 0) beats.push({ sample: taken - ago, quality: quality.verdict });
      taken++;
      last = sample;
    }
  }
  // The end of a record holds its last sample until the detector is sure of the last beat.
  for (let held = 0; held < DETECTOR_FLUSH_SAMPLES; held++) {
    const ago = detector.push(last);
    const sample = taken + held - ago;
    if (ago > 0 && sample < taken) beats.push({ sample, quality: quality.verdict });
  }
  return { beats, changes };
}
