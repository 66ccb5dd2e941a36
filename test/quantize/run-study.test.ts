import { describe, expect, it } from "vitest";
import type { Comparison } from "../../tools/evaluate/comparison.ts";
import { openCandidates } from "../../tools/quantize/candidates.ts";
import { runStudy, type StudyOptions } from "../../tools/quantize/run-study.ts";
import type { StudyMethod } from "../../tools/quantize/study.ts";
import { toyModel, toyRecords } from "./toy-model.ts";

const BUDGETS = [0.00003];
const SEEDS = 4;

/** The study itself does not look into a comparison: what came of a file is enough. */
const comparisonOf = (file: Uint8Array) => ({ float: { records: file.length } }) as unknown as Comparison;

async function study(kept: readonly StudyMethod[] = []): Promise<{ methods: StudyMethod[]; compared: number }> {
  const records = toyRecords(24, 5);
  const candidates = openCandidates(
    { model: toyModel(11), records, seed: 1, selectionCrops: 6, calibrationCrops: 3 },
    8,
    null,
  );
  const methods: StudyMethod[] = [];
  let compared = 0;
  const options: StudyOptions = {
    menu: ["ternary", 2, 4],
    budgets: BUDGETS,
    seeds: SEEDS,
    gamma: 1e-4,
    kept,
    compare: async (file) => {
      compared++;
      return { validation: comparisonOf(file), test: comparisonOf(file) };
    },
    onMethod: (method) => methods.push(method),
  };
  await runStudy(candidates, options);
  return { methods, compared };
}

const whole = await study();
const of = (name: StudyMethod["name"]) => whole.methods.filter((method) => method.name === name);

describe("a study", () => {
  it("has every method, each under a label of its own", () => {
    const counts = {
      uniform: 9,
      "no-laq": 1,
      "robust-laq": 1,
      "literal-laq": 4,
      greedy: 1,
      knapsack: 1,
      random: SEEDS,
    };
    for (const [name, count] of Object.entries(counts))
      expect(of(name as StudyMethod["name"]), name).toHaveLength(count);
    expect(new Set(whole.methods.map(({ label }) => label)).size).toBe(whole.methods.length);
    expect(of("random").map(({ seed }) => seed)).toEqual([1, 2, 3, 4]);
  });

  it("compares at equal bytes: greedy and knapsack in no more, random mixes within 1 %", () => {
    const [{ fileBytes }] = of("robust-laq");
    // The names of widths in the metadata differ by a few bytes.
    for (const { fileBytes: bytes } of [...of("greedy"), ...of("knapsack")])
      expect(bytes).toBeLessThanOrEqual(fileBytes + 32);
    for (const { fileBytes: bytes } of of("random")) expect(Math.abs(bytes / fileBytes - 1)).toBeLessThanOrEqual(0.01);
  });

  it("takes no more bytes than the one width of the same criterion", () => {
    expect(of("robust-laq")[0].fileBytes).toBeLessThanOrEqual(of("no-laq")[0].fileBytes + 32);
  });

  it("goes on from what an earlier run has kept, to the same end; a method whose widths were others is measured again", async () => {
    const kept: StudyMethod[] = JSON.parse(JSON.stringify(whole.methods.slice(0, 12)));
    kept[3] = { ...kept[3], fileBytes: 1, widths: { ...kept[3].widths, stem: 7 } };
    const again = await study(kept);
    expect(again.methods).toEqual(whole.methods);
    expect(again.compared).toBe(whole.methods.length - 11);
  });
});
