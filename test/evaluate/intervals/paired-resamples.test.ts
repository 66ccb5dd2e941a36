import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { accuracy } from "../../../tools/evaluate/confusion.ts";
import { macroF1 } from "../../../tools/evaluate/f1.ts";
import { bootstrapInterval, percentileInterval } from "../../../tools/evaluate/intervals/bootstrap.ts";
import { pairedResamples } from "../../../tools/evaluate/intervals/paired-resamples.ts";
import { SeededRandom } from "../../../tools/random/random.ts";
import { draws } from "../../properties/draws.ts";

const CLASSES = 3;
const index = fc.integer({ min: 0, max: CLASSES - 1 });
const records = fc.array(fc.tuple(index, index, index), { minLength: 1, maxLength: 30 });

describe("paired bootstrap draws", () => {
  it("are those of the plain bootstrap for each classifier", () => {
    fc.assert(
      fc.property(records, fc.integer({ min: 0, max: 99 }), (rows, seed) => {
        const truths = rows.map(([truth]) => truth);
        const predictions = [1, 2].map((column) => rows.map((row) => row[column]));
        const figures = pairedResamples(truths, predictions, CLASSES, macroF1, new SeededRandom(seed));
        predictions.forEach((list, classifier) => {
          const alone = bootstrapInterval(truths, list, CLASSES, macroF1, new SeededRandom(seed));
          expect(percentileInterval(figures[classifier])).toEqual(alone);
        });
      }),
      { numRuns: draws(8) },
    );
  });

  it("draw the same records for all: a classifier that is right where another is, and elsewhere, is never below it", () => {
    fc.assert(
      fc.property(records, (rows) => {
        const truths = rows.map(([truth]) => truth);
        const one = rows.map(([, prediction]) => prediction);
        const better = rows.map(([truth, prediction, other]) => (prediction === truth ? prediction : other));
        const [low, high] = pairedResamples(truths, [one, better], CLASSES, accuracy, new SeededRandom(1));
        expect(high.every((figure, draw) => figure >= low[draw])).toBe(true);
      }),
      { numRuns: draws(8) },
    );
  });

  it("refuse no records, and lists of unequal length", () => {
    const random = new SeededRandom(1);
    expect(() => pairedResamples([], [[]], CLASSES, accuracy, random)).toThrow("one record or more");
    expect(() => pairedResamples([0, 1], [[0, 1], [0]], CLASSES, accuracy, random)).toThrow("2 true classes against 1");
  });
});
