import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { auroc } from "../../tools/evaluate/auroc.ts";
import { type DetectionOutcome, scoreDetection } from "../../tools/evaluate/detection-score.ts";
import { wilsonInterval } from "../../tools/evaluate/intervals/wilson.ts";
import { SeededRandom } from "../../tools/random/random.ts";
import { draws } from "../properties/draws.ts";

const outcome: fc.Arbitrary<DetectionOutcome> = fc.record({
  source: fc.constantFrom("a", "b", "c", "d"),
  truth: fc.boolean(),
  answer: fc.boolean(),
  score: fc.oneof(fc.integer({ min: -3, max: 3 }), fc.constantFrom(-Infinity, Infinity)),
});
const outcomes = fc.array(outcome, { minLength: 1, maxLength: 40 });

/** Computes the area by its definition, from every pair of a positive and a negative. */
function areaOfPairs(list: readonly DetectionOutcome[]): number {
  const pairs = list
    .filter(({ truth }) => truth)
    .flatMap((yes) => list.filter(({ truth }) => !truth).map((no) => [yes.score, no.score]));
  return pairs.reduce((sum, [yes, no]) => sum + (yes > no ? 1 : yes === no ? 0.5 : 0), 0) / pairs.length;
}

function expectSame(found: number, expected: number): void {
  if (Number.isNaN(expected)) expect(found).toBeNaN();
  else expect(found).toBeCloseTo(expected, 12);
}

describe("auroc", () => {
  it("is the share of pairs in their right order, ties half", () => {
    fc.assert(
      fc.property(outcomes, (list) => {
        const area = auroc([...list].sort((a, b) => (a.score < b.score ? -1 : a.score > b.score ? 1 : 0)));
        expectSame(area, areaOfPairs(list));
      }),
    );
  });

  it("counts a weight of two like an outcome that is there twice", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(outcome, fc.nat(3)), { minLength: 1 }), (weighted) => {
        const sorted = [...weighted].sort(([a], [b]) => (a.score < b.score ? -1 : a.score > b.score ? 1 : 0));
        const repeated = sorted.flatMap(([one, times]) => new Array<DetectionOutcome>(times).fill(one));
        const area = auroc(
          sorted.map(([one]) => one),
          (i) => sorted[i][1],
        );
        expect(area).toEqual(auroc(repeated));
      }),
    );
  });
});

describe("scoreDetection", () => {
  const score = (list: readonly DetectionOutcome[]) => scoreDetection(list, new SeededRandom(1));

  it("counts hits as the definitions have it, whatever the order", () => {
    fc.assert(
      fc.property(outcomes, (list) => {
        const count = (truth: boolean, answer: boolean) =>
          list.filter((one) => one.truth === truth && one.answer === answer).length;
        const [tp, fp, fn, tn] = [count(true, true), count(false, true), count(true, false), count(false, false)];
        const result = score(list);
        expect(result).toMatchObject({
          ...{ items: list.length, positives: tp + fn, sources: new Set(list.map(({ source }) => source)).size },
          sensitivity: { hits: tp, of: tp + fn, value: tp + fn === 0 ? null : tp / (tp + fn) },
          specificity: { hits: tn, of: tn + fp, value: tn + fp === 0 ? null : tn / (tn + fp) },
          ppv: { hits: tp, of: tp + fp, value: tp + fp === 0 ? null : tp / (tp + fp) },
          f1: { value: tp + fp + fn === 0 ? null : (2 * tp) / (2 * tp + fp + fn) },
        });
        expectSame(result.auroc.value ?? Number.NaN, areaOfPairs(list));
      }),
      { numRuns: draws(30) },
    );
  });

  it("has Wilson's intervals where each source has one item", () => {
    const list = Array.from({ length: 50 }, (_, i) => ({
      ...{ source: `p${i}`, truth: i < 20, answer: i % 4 !== 0, score: i },
    }));
    const { sensitivity, specificity } = score(list);
    expect(sensitivity.ci95).toEqual(wilsonInterval(sensitivity.hits, 20));
    expect(specificity.ci95).toEqual(wilsonInterval(specificity.hits, 30));
  });

  it("is less sure where the same items come from few sources", () => {
    const itemsOf = (sources: number) =>
      Array.from({ length: 400 }, (_, i) => {
        const source = i % sources;
        return { source: `p${source}`, truth: source % 2 === 0, answer: source % 4 === 0, score: 0 };
      });
    const width = (sources: number) => {
      const [low, high] = score(itemsOf(sources)).sensitivity.ci95 as readonly [number, number];
      return high - low;
    };
    expect(width(200)).toBeLessThan(width(40));
    expect(width(40)).toBeLessThan(width(8));
  });

  it("has no interval where all draws agree, and no figure where nothing defines it", () => {
    const list = [0, 1, 2, 3].map((i) => ({ source: `p${i >> 1}`, truth: true, answer: true, score: i }));
    expect(score(list)).toMatchObject({
      sensitivity: { value: 1, ci95: null },
      specificity: { hits: 0, of: 0, value: null, ci95: null },
      auroc: { value: null, ci95: null },
    });
    expect(() => score([])).toThrow(RangeError);
  });
});
