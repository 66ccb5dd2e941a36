import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { accuracy } from "../../../tools/evaluate/confusion.ts";
import { pairedGain } from "../../../tools/evaluate/intervals/paired-bootstrap.ts";
import { SeededRandom } from "../../../tools/random/random.ts";
import { draws } from "../../properties/draws.ts";

const CLASSES = 3;
const gainOf = (truths: number[], before: number[][], after: number[][], seed = 1) =>
  pairedGain(truths, before, after, CLASSES, accuracy, new SeededRandom(seed));

describe("pairedGain", () => {
  const outcomes = fc
    .array(fc.tuple(...Array.from({ length: 3 }, () => fc.integer({ min: 0, max: CLASSES - 1 }))), {
      minLength: 1,
      maxLength: 40,
    })
    .map((rows) => [0, 1, 2].map((column) => rows.map((row) => row[column])));

  it("is the figure's difference, within its interval's reach, and the opposite the other way round", () => {
    fc.assert(
      fc.property(outcomes, ([truths, before, after]) => {
        const right = (predictions: number[]) => predictions.filter((value, i) => value === truths[i]).length;
        const there = gainOf(truths, [before], [after]);
        expect(there.gain).toBeCloseTo((right(after) - right(before)) / truths.length, 12);
        expect(there.ci95[0]).toBeLessThanOrEqual(there.ci95[1]);
        expect(gainOf(truths, [after], [before]).gain).toBeCloseTo(-there.gain, 12);
        expect(gainOf(truths, [before], [before])).toEqual({ gain: 0, ci95: [0, 0] });
      }),
      { numRuns: draws(20) },
    );
  });

  it("is narrower than chance alone where both are wrong on the same records", () => {
    const truths = Array.from({ length: 400 }, (_, i) => i % CLASSES);
    const before = truths.map((truth, i) => (i % 4 === 0 ? (truth + 1) % CLASSES : truth));
    const after = before.map((value, i) => (i % 40 === 0 ? truths[i] : value));
    const { gain, ci95 } = gainOf(truths, [before], [after]);
    expect(gain).toBeCloseTo(10 / 400, 12);
    // Ten changes in 400: a standard error of sqrt(10) / 400 = 0.008; two independent accuracies would have 0.03.
    expect(ci95[0]).toBeGreaterThan(0.005);
    expect(ci95[1]).toBeLessThan(0.045);
  });

  it("is the mean over the seeds of each side", () => {
    const truths = [0, 0];
    expect(
      gainOf(
        truths,
        [[0, 1]],
        [
          [0, 0],
          [0, 1],
        ],
      ).gain,
    ).toBe(0.25);
  });

  it("refuses no records", () => {
    expect(() => gainOf([], [[]], [[]])).toThrow("one record or more");
  });
});
