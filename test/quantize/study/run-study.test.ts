import { describe, expect, it } from "vitest";
import type { Comparison } from "../../../tools/evaluate/comparison.ts";
import { openCandidates } from "../../../tools/quantize/search/candidates.ts";
import { runStudy, type StudyOptions } from "../../../tools/quantize/study/run-study.ts";
import type { StudyMethod } from "../../../tools/quantize/study/study.ts";
import { toyModel, toyRecords } from "../toy-model.ts";

const BUDGETS = [0.00003];
const SEEDS = [3, 4];

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
    menu: [1, "ternary", 2, 4],
    orders: ["importanceDescending", "network"],
    budgets: BUDGETS,
    sizes: [2, "literal"],
    seeds: SEEDS,
    gamma: 1e-4,
    kept,
    compare: async (file) => {
      compared++;
      return { validation: comparisonOf(file), test: comparisonOf(file), decisions: `${file.length}` };
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
    const sizes = new Set(whole.methods.flatMap(({ size }) => size ?? []));
    expect(sizes).toEqual(new Set([of("robust-laq")[0].label, "uniform 2 bits", of("literal-laq")[0].label]));
    const counts: Partial<Record<StudyMethod["name"], number>> = {
      uniform: 4,
      "no-laq": 1,
      // Its own result is one of the sizes.
      "robust-laq": sizes.size,
      "literal-laq": 2,
      greedy: sizes.size,
      knapsack: sizes.size,
      random: sizes.size * SEEDS.length,
    };
    const found = Object.keys(counts).map((name) => [name, of(name as StudyMethod["name"]).length]);
    expect(Object.fromEntries(found)).toEqual(counts);
    expect(new Set(whole.methods.map(({ label }) => label)).size).toBe(whole.methods.length);
    expect(new Set(of("random").map(({ seed }) => seed))).toEqual(new Set(SEEDS));
  });

  it("compares at equal bytes: searches and knapsack in no more, random mixes within 1 %", () => {
    for (const method of whole.methods.filter(({ size }) => size !== null)) {
      const { fileBytes } = whole.methods.find(({ label }) => label === method.size) as StudyMethod;
      // The names of widths in the metadata differ by a few bytes.
      if (method.name !== "random") expect(method.fileBytes, method.label).toBeLessThanOrEqual(fileBytes + 32);
      else expect(Math.abs(method.fileBytes / fileBytes - 1), method.label).toBeLessThanOrEqual(0.01);
    }
  });

  it("takes no more bytes than the one width of the same criterion", () => {
    expect(of("robust-laq")[0].fileBytes).toBeLessThanOrEqual(of("no-laq")[0].fileBytes + 32);
  });

  it("goes on from what an earlier run has kept, to the same end; a method whose widths were others is measured again", async () => {
    const kept: StudyMethod[] = JSON.parse(JSON.stringify(whole.methods.slice(0, 6)));
    kept[3] = { ...kept[3], fileBytes: 1, widths: { ...kept[3].widths, stem: 7 } };
    const again = await study(kept);
    expect(again.methods).toEqual(whole.methods);
    expect(again.compared).toBe(whole.methods.length - 5);
  });
});
