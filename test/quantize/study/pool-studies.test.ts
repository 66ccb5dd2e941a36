import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { confusionMatrix } from "../../../tools/evaluate/confusion.ts";
import { selectionF1 } from "../../../tools/evaluate/f1.ts";
import { mcnemar } from "../../../tools/evaluate/intervals/mcnemar.ts";
import { type RhythmScore, scoreRhythms } from "../../../tools/evaluate/score.ts";
import { DEFAULT_QUANTIZATION } from "../../../tools/quantize/quantization-state.ts";
import { poolStudies } from "../../../tools/quantize/study/pool-studies.ts";
import type { PooledMethod } from "../../../tools/quantize/study/pooled-study.ts";
import type { Study, StudyMethod } from "../../../tools/quantize/study/study.ts";
import { SeededRandom } from "../../../tools/random/random.ts";
import { draws } from "../../properties/draws.ts";

const CLASSES = ["N", "A", "O"];
const RECORDS = 30;
const SIZE = "uniform 2 bits";
const decisions = fc.array(fc.integer({ min: 0, max: 2 }), { minLength: RECORDS, maxLength: RECORDS });
/** The decisions of a fold: the truth, the float network, uniform, robust, and two mixes of their bytes. */
const folds = fc.array(fc.tuple(decisions, decisions, decisions, decisions, decisions, decisions), {
  minLength: 2,
  maxLength: 3,
});
type Fold = readonly (readonly number[])[];

const random = () => new SeededRandom(1);
const score = (truths: readonly number[], decided: readonly number[]) =>
  scoreRhythms(truths, decided, CLASSES, random());

function method([truths, float]: Fold, name: StudyMethod["name"], label: string, decided: readonly number[]) {
  // Of a fold's own scores F1 alone is looked at, whose interval would take most of the time.
  const compressed = { f1Macro: selectionF1(confusionMatrix(truths, decided, CLASSES.length), CLASSES) } as RhythmScore;
  const comparison = { float: compressed, compressed, mcnemar: mcnemar(truths, float, decided), withoutLoss: false };
  const ratios = { paper: 4, file: 3, flash: 2 };
  const size = label === SIZE ? null : SIZE;
  const found = { widths: {}, meanBits: 2, fileBytes: 1000, ratios, seed: null, evaluations: 7 };
  return { name, label, size, ...found, validation: comparison, test: comparison, decisions: decided.join(" ") };
}

function study(fold: Fold, index: number): Study {
  const [truths, float, uniform, robust, ...mixes] = fold;
  return {
    kind: "study",
    model: `fold${index + 1}`,
    data: { name: "cinc2017", share: "test", records: RECORDS, selectionRecords: 9, selectionCrops: 9, seed: 1 },
    quantization: DEFAULT_QUANTIZATION,
    classes: CLASSES,
    float: {} as RhythmScore,
    truths: truths.join(" "),
    floatDecisions: float.join(" "),
    methods: [
      method(fold, "uniform", SIZE, uniform),
      method(fold, "robust-laq", `robust LAQ, bytes of ${SIZE}`, robust),
      // Every fold draws mixes of its own.
      ...mixes.map((mix, at) => method(fold, "random", `random mix ${2 * index + at + 1}, bytes of ${SIZE}`, mix)),
    ],
  };
}

const pooledOf = (all: readonly Fold[]) => poolStudies("fold{fold}", all.map(study), random);
const joined = (all: readonly Fold[], column: number) => all.flatMap((fold) => fold[column]);

describe("studies of several folds, pooled", () => {
  it("score the records of all folds as one set", () => {
    fc.assert(
      fc.property(folds, (all) => {
        const [truths, float, uniform] = [0, 1, 2].map((column) => joined(all, column));
        const pooled = pooledOf(all);
        expect(pooled.float).toEqual(score(truths, float));
        const { f1Macro, f1MacroInterval, accuracy } = score(truths, uniform);
        const test = mcnemar(truths, float, uniform);
        const row = pooled.methods.find(({ label }) => label === SIZE) as PooledMethod;
        expect(row).toMatchObject({ f1: f1Macro, f1Interval: f1MacroInterval, accuracy, p: test.p });
        expect([row.lost, row.gained, row.changed]).toEqual([test.lost, test.gained, test.changed]);
        expect(row.evaluations).toBe(7 * all.length);
      }),
      { numRuns: draws(4) },
    );
  });

  it("set the robust search beside all of its bytes, random mixes as the mean of what each makes of all folds", () => {
    fc.assert(
      fc.property(folds, (all) => {
        const [truths, , , robust, ...mixes] = [0, 1, 2, 3, 4, 5].map((column) => joined(all, column));
        const { methods } = pooledOf(all);
        expect(methods.map(({ name, mixes: count }) => [name, count])).toEqual([
          ["uniform", 1],
          ["robust-laq", 1],
          ["random", 2],
        ]);
        const [, own, mixed] = methods;
        expect(own.robust).toBeNull();
        expect(mixed.p).toBeNull();
        const mean = mixes.reduce((sum, mix) => sum + score(truths, mix).f1Macro, 0) / mixes.length;
        expect(mixed.f1).toBeCloseTo(mean, 12);
        expect(mixed.robust?.f1).toBeCloseTo(score(truths, robust).f1Macro - mean, 12);
      }),
      { numRuns: draws(4) },
    );
  });

  it("call equal decisions equal, in every draw and fold", () => {
    fc.assert(
      fc.property(folds, (all) => {
        const [uniform] = pooledOf(
          all.map(([truths, float, same, , ...mixes]) => [truths, float, same, same, ...mixes]),
        ).methods;
        expect(uniform.robust).toEqual({ f1: 0, f1Interval: [0, 0], accuracy: 0, foldsAbove: 0, foldsBelow: 0 });
      }),
      { numRuns: draws(4) },
    );
  });

  it("leave out what a fold lacks", () => {
    const [fold] = fc.sample(folds, 1);
    const [first, ...others] = fold.map(study);
    const without = { ...first, methods: first.methods.slice(0, 2) };
    const names = (all: Study[]) => poolStudies("", all, random).methods.map(({ name }) => name);
    expect(names([first, ...others])).toContain("random");
    expect(names([without, ...others])).toEqual(["uniform", "robust-laq"]);
    expect(names([...others, without])).toEqual(["uniform", "robust-laq"]);
  });
});
