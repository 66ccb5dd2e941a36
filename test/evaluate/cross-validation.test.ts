import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { crossValidationOf, type FoldRun } from "../../tools/evaluate/cross-validation.ts";
import { decisionsOf, meanLogits } from "../../tools/evaluate/labelled-logits.ts";
import { SeededRandom } from "../../tools/random/random.ts";

const CLASSES = ["N", "A", "O"];
const random = () => new SeededRandom(1);

/** Makes the records of a share, each right with the given chance. */
function decided(count: number, name: string, seed: number, rightChance: number) {
  const draws = new SeededRandom(seed).fork(name);
  return Array.from({ length: count }, (_, i) => {
    const truth = draws.integer(3);
    const said = draws.next() < rightChance ? truth : draws.integer(3);
    return { name: `${name}-${i}`, label: CLASSES[truth], logits: CLASSES.map((_, c) => (c === said ? 1 : 0)) };
  });
}

const runOf = (seed: number, fold: number, rightChance = 0.8, offsets = [0, 0, 0]): FoldRun => ({
  seed,
  fold,
  classes: CLASSES,
  offsets,
  validation: decided(20, `validation-${fold}`, seed, rightChance),
  test: decided(40, `test-${fold}`, seed, rightChance),
});

describe("crossValidationOf", () => {
  it("averages folds, takes the median of seeds, and pools records", () => {
    const runs = [1, 2, 3].flatMap((seed) => [1, 2].map((fold) => runOf(seed, fold, seed / 4)));
    const result = crossValidationOf(runs, random);
    const f1 = (seed: number, fold: number) =>
      result.runs.find((run) => run.seed === seed && run.fold === fold)?.test.calibrated.f1 as number;
    for (const { seed, mean, pooled } of result.seeds) {
      expect(mean.f1).toBeCloseTo((f1(seed, 1) + f1(seed, 2)) / 2, 12);
      expect(pooled.calibrated.records).toBe(80);
      expect(pooled.calibrated.f1Ci95[0]).toBeLessThan(pooled.calibrated.f1);
      expect(pooled.calibrated.f1Ci95[1]).toBeGreaterThan(pooled.calibrated.f1);
    }
    const means = result.seeds.map(({ mean }) => mean.f1).sort((a, b) => a - b);
    expect(result.median.f1).toBe(means[1]);
    expect(crossValidationOf(runs, random)).toEqual(result);
  });

  it("takes the offsets back for the figures of the bias as trained", () => {
    const plain = crossValidationOf([runOf(1, 1)], random);
    const shifted = runOf(1, 1, 0.8, [0, 5, 0]);
    const calibrated = crossValidationOf([shifted], random);
    expect(plain.runs[0].test.uncalibrated).toEqual(plain.runs[0].test.calibrated);
    expect(calibrated.runs[0].test.calibrated).toEqual(plain.runs[0].test.calibrated);
    expect(calibrated.runs[0].test.uncalibrated.f1).toBeLessThan(plain.runs[0].test.calibrated.f1);
    expect(calibrated.ensemble).toBeNull();
  });

  it("scores the mean of the seeds' logits", () => {
    const runs = [runOf(1, 1), { ...runOf(1, 1), seed: 2 }];
    const { ensemble, seeds } = crossValidationOf(runs, random);
    expect(ensemble?.pooled).toEqual(seeds[0].pooled);
  });

  it("refuses a seed that lacks a fold", () => {
    expect(() => crossValidationOf([runOf(1, 1), runOf(1, 2), runOf(2, 1)], random)).toThrow("seed 2 lacks fold 2");
  });
});

describe("meanLogits", () => {
  it("is the mean, record by record, in any number of models", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -9, max: 9 }), { minLength: 1, maxLength: 6 }), (values) => {
        const models = values.map((value) => [{ name: "r", label: "A", logits: [value, -value, 1] }]);
        const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
        const [{ logits }] = meanLogits(models);
        expect(logits[0]).toBeCloseTo(mean, 12);
        expect(logits[1]).toBeCloseTo(-mean, 12);
        expect(logits[2]).toBe(1);
      }),
    );
  });

  it("refuses models that decided other records", () => {
    const one = [{ name: "r", label: "A", logits: [1] }];
    expect(() => meanLogits([one, []])).toThrow("record r was not decided by every model");
  });
});

describe("decisionsOf", () => {
  it("adds the offsets before it decides", () => {
    const records = [{ name: "r", label: "O", logits: [1, 0, 0.5] }];
    expect(decisionsOf(records, CLASSES)).toEqual({ truths: [2], predictions: [0] });
    expect(decisionsOf(records, CLASSES, [0, 0, 0.6])).toEqual({ truths: [2], predictions: [2] });
  });
});
