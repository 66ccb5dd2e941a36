import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { accuracy, confusionMatrix, correctCount, recordCount } from "../../tools/evaluate/confusion.ts";
import { cincF1, f1PerClass, macroF1, selectionF1 } from "../../tools/evaluate/f1.ts";
import { bootstrapInterval } from "../../tools/evaluate/intervals/bootstrap.ts";
import { scoreRhythms } from "../../tools/evaluate/score.ts";
import { SeededRandom } from "../../tools/random/random.ts";
import { draws } from "../properties/draws.ts";

const CLASSES = 4;
const outcomes = fc.array(fc.tuple(fc.nat(CLASSES - 1), fc.nat(CLASSES - 1)), { minLength: 1, maxLength: 60 });
const confusionOf = (pairs: readonly (readonly [number, number])[]) =>
  confusionMatrix(
    pairs.map(([truth]) => truth),
    pairs.map(([, predicted]) => predicted),
    CLASSES,
  );

describe("confusionMatrix", () => {
  it("counts every record once: rows true, columns predicted", () => {
    fc.assert(
      fc.property(outcomes, (pairs) => {
        const confusion = confusionOf(pairs);
        expect(recordCount(confusion)).toBe(pairs.length);
        confusion.forEach((row, truth) => {
          row.forEach((count, predicted) => {
            expect(count).toBe(pairs.filter(([t, p]) => t === truth && p === predicted).length);
          });
        });
        expect(accuracy(confusion)).toBe(pairs.filter(([t, p]) => t === p).length / pairs.length);
      }),
    );
  });

  it("refuses lists of unequal length and classes that are none", () => {
    expect(() => confusionMatrix([0], [], 2)).toThrow("1 true classes against 0 predicted");
    expect(() => confusionMatrix([0], [2], 2)).toThrow("class index 2 is outside 0..1");
    expect(() => confusionMatrix([0.5], [1], 2)).toThrow(RangeError);
  });

  it("has accuracy 0 without records", () => {
    expect(accuracy(confusionMatrix([], [], 2))).toBe(0);
  });
});

describe("F1", () => {
  // Worked by hand: class 0 has precision 3/4 and recall 3/5, class 1 2/5 and 2/3, class 2 1/1 and 1/2.
  const confusion = [
    [3, 2, 0],
    [1, 2, 0],
    [0, 1, 1],
  ];

  it("is the harmonic mean of precision and recall", () => {
    expect(f1PerClass(confusion)).toEqual([2 / 3, 1 / 2, 2 / 3].map((f1) => expect.closeTo(f1, 12)));
    expect(macroF1(confusion)).toBeCloseTo(11 / 18, 12);
  });

  it("lies in 0..1, is 1 only where every record is right, and forgets the order of the classes", () => {
    fc.assert(
      fc.property(outcomes, (pairs) => {
        const macro = macroF1(confusionOf(pairs));
        expect(macro).toBeGreaterThanOrEqual(0);
        expect(macro).toBeLessThanOrEqual(1);
        expect(macro === 1).toBe(pairs.every(([t, p]) => t === p));
        const mirrored = pairs.map(([t, p]) => [CLASSES - 1 - t, CLASSES - 1 - p] as const);
        expect(macroF1(confusionOf(mirrored))).toBeCloseTo(macro, 12);
      }),
    );
  });

  it("leaves out a class that neither occurs nor is predicted", () => {
    const absent = [
      [1, 0, 0],
      [0, 1, 0],
      [0, 0, 0],
    ];
    expect(f1PerClass(absent)[2]).toBeNaN();
    expect(macroF1(absent)).toBe(1);
  });

  it("averages N, A and O by name where these are classes, noise left out", () => {
    const classes = ["A", "~", "O", "N"];
    const matrix = [
      [1, 0, 0, 0],
      [1, 0, 0, 0],
      [0, 0, 1, 0],
      [0, 0, 0, 1],
    ];
    expect(cincF1(matrix, classes)).toBeCloseTo((2 / 3 + 1 + 1) / 3, 12);
    expect(selectionF1(matrix, classes)).toBe(cincF1(matrix, classes));
    expect(cincF1(confusion, ["N", "A", "V"])).toBeNull();
    expect(selectionF1(confusion, ["N", "A", "V"])).toBe(macroF1(confusion));
  });
});

describe("bootstrapInterval", () => {
  it("has no width where every record is right, and is the same for the same seed", () => {
    const truths = [0, 1, 2, 0, 1, 2];
    expect(bootstrapInterval(truths, truths, 3, accuracy, new SeededRandom(1))).toEqual([1, 1]);
    const wrong = [0, 1, 1, 0, 1, 2];
    const run = (seed: number) => bootstrapInterval(truths, wrong, 3, macroF1, new SeededRandom(seed));
    expect(run(5)).toEqual(run(5));
  });

  it("agrees with the binomial distribution for an accuracy", () => {
    // 80 of 100: the share has a standard deviation of 0.04, so the interval is about 0.80 -+ 1.96 * 0.04.
    const truths = Array.from({ length: 100 }, () => 0);
    const predictions = truths.map((_, index) => (index < 80 ? 0 : 1));
    const [low, high] = bootstrapInterval(truths, predictions, 2, accuracy, new SeededRandom(3));
    expect(Math.abs(low - 0.7216)).toBeLessThan(0.015);
    expect(Math.abs(high - 0.8784)).toBeLessThan(0.015);
  });

  it("refuses an empty set", () => {
    expect(() => bootstrapInterval([], [], 2, accuracy, new SeededRandom(1))).toThrow(RangeError);
  });
});

describe("scoreRhythms", () => {
  it("holds together: intervals contain their figures, F1 stands under its label, absent classes are null", () => {
    fc.assert(
      fc.property(outcomes, (pairs) => {
        const classes = ["N", "A", "O", "~"];
        const score = scoreRhythms(
          pairs.map(([t]) => t),
          pairs.map(([, p]) => p),
          classes,
          new SeededRandom(1),
        );
        expect(score.records).toBe(pairs.length);
        expect(score.accuracy).toBe(correctCount(score.confusion) / pairs.length);
        expect(score.accuracyInterval[0]).toBeLessThanOrEqual(score.accuracy);
        expect(score.accuracyInterval[1]).toBeGreaterThanOrEqual(score.accuracy);
        const f1 = f1PerClass(score.confusion);
        classes.forEach((label, index) => {
          expect(score.f1[label]).toBe(Number.isNaN(f1[index]) ? null : f1[index]);
        });
        expect(score.f1Macro).toBe(cincF1(score.confusion, classes));
      }),
      { numRuns: draws(10) },
    );
  });
});
