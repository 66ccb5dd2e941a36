import { beforeAll, describe, expect, it } from "vitest";
import { FrontEnd } from "../../../host/front-end.ts";
import { syntheticEcg } from "./synthetic-ecg.ts";

/** Delay of the 40 Hz low-pass. */
const FILTER_DELAY_SECONDS = 0.01;
const TOLERANCE_SECONDS = 0.02;

describe("R-peak detector", () => {
  let frontEnd: FrontEnd;
  beforeAll(async () => {
    frontEnd = await FrontEnd.create("scalar");
  });

  /** R peaks of the record's own time, seconds, found in microvolts. */
  const detect = (samples: Int32Array, rateHz: number) =>
    frontEnd
      .condition(samples, { sampleRateHz: rateHz, millivoltsPerCount: 0.001 })
      .beats.map((beat) => beat.sample / 500 - FILTER_DELAY_SECONDS);

  /** Each R between `from` and `to` seconds has its beat and no beat is left over. */
  function expectBeats(found: number[], expected: number[], from: number, to: number): void {
    const within = (t: number) => t >= from && t <= to;
    const nearest = found.filter(within).map((t) => expected.find((r) => Math.abs(r - t) <= TOLERANCE_SECONDS));
    expect(nearest).toEqual(expected.filter(within));
  }

  const cases = [30, 45, 60, 100, 150, 220].flatMap((bpm) => [1, -1, 0.3].map((millivolts) => ({ bpm, millivolts })));
  it.each(cases)("finds every beat at $bpm bpm of $millivolts mV", ({ bpm, millivolts }) => {
    for (const rateHz of [125, 250, 300, 360, 500, 512, 1000]) {
      const { samples, rSeconds } = syntheticEcg({ bpm, millivolts, seconds: 30, rateHz });
      expectBeats(detect(samples, rateHz), rSeconds, 0.5, 29);
    }
  });

  it("keeps beating after an electrode step, an artefact and a silence", () => {
    const { samples, rSeconds } = syntheticEcg({ bpm: 75, millivolts: 1, seconds: 120 });
    samples.fill(0, 20 * 500, 30 * 500);
    for (let i = 45 * 500; i < 46 * 500; i++) samples[i] += i % 40 < 20 ? 15_000 : -15_000;
    for (let i = 70 * 500; i < samples.length; i++) samples[i] += 100_000;
    const found = detect(samples, 500);
    for (const [from, to] of [
      [1, 19.5],
      [34, 44.5],
      [56, 69.5],
      [85, 119],
    ])
      expectBeats(found, rSeconds, from, to);
  });

  it("finds nothing in silence and in 5 uV of noise", () => {
    let seed = 1;
    const noise = Int32Array.from({ length: 60 * 500 }, () => {
      seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0;
      return Math.round((seed / 2 ** 32 - 0.5) * 10);
    });
    expect(detect(noise, 500)).toEqual([]);
    expect(detect(new Int32Array(60 * 500), 500)).toEqual([]);
  });
});
