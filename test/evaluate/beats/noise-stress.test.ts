import { describe, expect, it } from "vitest";
import { noiseLevelDb, noisyStretches } from "../../../tools/evaluate/beats/noise-stress.ts";

describe("the noise stress test", () => {
  it.each([
    ["118e24", 24],
    ["118e00", 0],
    ["119e_6", -6],
    ["118", undefined],
    ["bw", undefined],
  ])("has in %s the level %s dB", (name, level) => expect(noiseLevelDb(name)).toBe(level));

  it("is noisy from five minutes on, two minutes of every four, up to the record's end", () => {
    const minutes = (samples: number) => noisyStretches(samples, 10).map(({ from, to }) => [from / 600, to / 600]);
    expect(minutes(30 * 600)).toEqual([5, 9, 13, 17, 21, 25, 29].map((from) => [from, Math.min(from + 2, 30)]));
    expect(minutes(4 * 600)).toEqual([]);
  });
});
