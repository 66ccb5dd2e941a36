import { beforeAll, describe, expect, it } from "vitest";
import { FrontEnd } from "../../../host/front-end.ts";
import { SeededRandom } from "../../../tools/random/random.ts";
import { syntheticEcg } from "./synthetic-ecg.ts";

const RATE = 500;
const BLOCK_SECONDS = 512 / RATE;

describe("signal quality", () => {
  let frontEnd: FrontEnd;
  beforeAll(async () => {
    frontEnd = await FrontEnd.create("scalar");
  });

  /** A minute of clean ECG in microvolts whose seconds 20 to 40 are changed. */
  const changed = (change: (sample: number, i: number) => number) => {
    const { samples } = syntheticEcg({ bpm: 75, millivolts: 1, seconds: 60, rateHz: RATE });
    return samples.map((sample, i) => (i >= 20 * RATE && i < 40 * RATE ? change(sample, i) : sample));
  };
  const detect = (samples: Int32Array) => frontEnd.detect(samples, { sampleRateHz: RATE, millivoltsPerCount: 0.001 });
  const random = new SeededRandom(1);
  const noise = (size: number) => size * (2 * random.next() - 1);

  it.each<[string, string, (sample: number, i: number) => number]>([
    ["a pulled electrode", "flat", () => 0],
    ["an electrode that follows the mains", "saturated", (_, i) => (i % 100 < 50 ? 8000 : -8000)],
    ["a moving cable", "noisy", (sample, i) => sample + 700 * Math.sin((2 * Math.PI * i) / 45) + noise(600)],
  ])("says of %s that the signal is %s, and when it is over", (_, verdict, change) => {
    const { quality, beats } = detect(changed(change));
    expect([quality[0]?.quality, quality.at(-1)?.quality]).toEqual([verdict, "ok"]);
    const [from, to] = [quality[0], quality[quality.length - 1]].map(({ sample }) => sample / RATE);
    // A flat signal has died away in the high-pass, and noise has shown in the detector's levels, within 3 s.
    expect(from).toBeGreaterThan(20 - BLOCK_SECONDS);
    expect(from).toBeLessThan(23);
    expect(to).toBeGreaterThan(40);
    // The mean height of what is no beat sinks with every such candidate.
    expect(to).toBeLessThan(50);
    for (const event of quality) expect(event.detectedAt).toBe(event.sample + 512);
    // A beat carries the verdict that was in force when it was reported.
    for (const beat of beats) {
      const inForce = quality.filter(({ detectedAt }) => detectedAt <= beat.detectedAt).at(-1)?.quality ?? "ok";
      expect(beat.quality).toBe(inForce);
    }
  });

  it.each([
    ["clean ECG", (sample: number) => sample],
    ["ECG with 20 uV of noise", (sample: number) => sample + noise(20)],
    ["a baseline that wanders by 2 mV", (sample: number, i: number) => sample + 1000 * Math.sin(i / 400)],
  ])("has nothing to say against %s", (_, change) => {
    expect(detect(changed(change)).quality).toEqual([]);
  });
});
