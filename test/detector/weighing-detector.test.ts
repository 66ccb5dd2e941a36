import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { FrontEnd } from "../../host/index.ts";
import { TERMS } from "../../tools/detector/terms.ts";
import { WeighingDetector } from "../../tools/detector/weighing-detector.ts";
import { syntheticEcg } from "../assembly/signal/synthetic-ecg.ts";

const source = readFileSync(new URL("../../assembly/signal/qrs-weights.ts", import.meta.url), "utf8");
const constants = [...source.matchAll(/^export const (\w+): i32 = (-?\d+);$/gm)].map(([, name, value]) => ({
  name,
  value,
}));
const engineWeights = constants.map(({ value }) => Number(value));

describe("the detector that asks for its weights", () => {
  it("asks for those of the engine, in their order", () => {
    const [, members] = /const enum Term \{([^}]*)\}/.exec(source) ?? [];
    const names = TERMS.map(({ name }) => name);
    expect(
      members
        .split(",")
        .map((name) => name.trim())
        .filter(Boolean),
    ).toEqual(names);
    expect(constants.map(({ name }) => name)).toEqual(names);
  });

  it("is the engine's: with its weights it finds the same beats at the same time", async () => {
    const frontEnd = await FrontEnd.create("scalar");
    const detector = WeighingDetector.create();
    for (const bpm of [45, 75, 160]) {
      const { samples: counts } = syntheticEcg({ bpm, millivolts: 0.8, seconds: 40 });
      counts.fill(0, 10 * 500, 14 * 500);
      for (let i = 25 * 500; i < 26 * 500; i++) counts[i] += i % 40 < 20 ? 9000 : -9000;
      const { samples, beats } = frontEnd.condition(counts, { sampleRateHz: 500, millivoltsPerCount: 0.001 });
      const found = detector.detect(samples, engineWeights);
      expect(beats.length).toBeGreaterThan(15);
      expect(found.beats.map(({ sample }) => sample)).toEqual(beats.map(({ sample }) => sample));
      const judgedAt = new Set(found.judged.map(({ sample }) => sample));
      expect(found.beats.filter(({ sample }) => !judgedAt.has(sample))).toEqual([]);
    }
  });

  it("finds what its weights let it find", async () => {
    const { samples: counts } = syntheticEcg({ bpm: 75, millivolts: 0.8, seconds: 20 });
    const frontEnd = await FrontEnd.create("scalar");
    const { samples } = frontEnd.condition(counts, { sampleRateHz: 500, millivoltsPerCount: 0.001 });
    const detector = WeighingDetector.create();
    const none = detector.detect(samples, [-100_000, ...TERMS.slice(1).map(() => 0)]);
    expect(none.judged.length).toBeGreaterThan(20);
    expect(none.beats).toEqual([]);
    const all = detector.detect(samples, [1, ...TERMS.slice(1).map(() => 0)]);
    expect(all.beats.map(({ sample }) => sample)).toEqual(all.judged.map(({ sample }) => sample));
    expect(all.judged.every(({ terms }) => terms[0] === 1)).toBe(true);
  });
});
