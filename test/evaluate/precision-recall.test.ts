import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { accuracy, type Confusion, confusionMatrix, recordCount } from "../../tools/evaluate/confusion.ts";
import { macroPrecision, macroRecall } from "../../tools/evaluate/precision-recall.ts";

const CLASSES = 4;
const confusions = fc
  .array(fc.tuple(fc.nat(CLASSES - 1), fc.nat(CLASSES - 1)), { minLength: 1, maxLength: 60 })
  .map((pairs) =>
    confusionMatrix(
      pairs.map(([truth]) => truth),
      pairs.map(([, predicted]) => predicted),
      CLASSES,
    ),
  );
const transposed = (confusion: Confusion) => confusion.map((row, i) => row.map((_, j) => confusion[j][i]));

describe("macro precision and recall", () => {
  it("agree with a case worked by hand: a class never predicted, another never true, a third absent", () => {
    // Truths 0 0 1 2, predictions 0 1 1 3 of five classes. Precision 1, 1/2, 0, 0; recall 1/2, 1, 0, 0; class 4 is left out.
    const confusion = confusionMatrix([0, 0, 1, 2], [0, 1, 1, 3], 5);
    expect(macroPrecision(confusion)).toBeCloseTo(1.5 / 4, 12);
    expect(macroRecall(confusion)).toBeCloseTo(1.5 / 4, 12);
    expect(macroPrecision(confusionMatrix([0, 0, 1], [0, 1, 1], 2))).toBeCloseTo((1 + 0.5) / 2, 12);
    expect(macroRecall(confusionMatrix([0, 0, 1, 1], [0, 1, 1, 1], 2))).toBeCloseTo((0.5 + 1) / 2, 12);
  });

  it("change places when truth and prediction do", () => {
    fc.assert(
      fc.property(confusions, (confusion) => {
        expect(macroPrecision(confusion)).toBeCloseTo(macroRecall(transposed(confusion)), 12);
      }),
    );
  });

  it("are both 1 where all is right, and only there", () => {
    fc.assert(
      fc.property(confusions, (confusion) => {
        const right = accuracy(confusion) === 1;
        expect(Math.abs(macroPrecision(confusion) - 1) < 1e-12).toBe(right);
        expect(Math.abs(macroRecall(confusion) - 1) < 1e-12).toBe(right);
      }),
    );
  });

  it("recall is the accuracy where every class is true as often", () => {
    const pairs = fc.array(fc.array(fc.nat(CLASSES - 1), { minLength: 5, maxLength: 5 }), {
      minLength: CLASSES,
      maxLength: CLASSES,
    });
    fc.assert(
      fc.property(pairs, (predictions) => {
        const truths = predictions.flatMap((row, truth) => row.map(() => truth));
        const confusion = confusionMatrix(truths, predictions.flat(), CLASSES);
        expect(macroRecall(confusion)).toBeCloseTo(accuracy(confusion), 12);
      }),
    );
  });

  it("are 0 without records", () => {
    const none = confusionMatrix([], [], CLASSES);
    expect([recordCount(none), macroPrecision(none), macroRecall(none)]).toEqual([0, 0, 0]);
  });
});
