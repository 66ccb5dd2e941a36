import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { foldSplit, kFold, splitDataset } from "../../tools/data/split.ts";

interface Item {
  readonly name: string;
  readonly label: string;
  readonly patient?: string;
}

const LABELS = ["N", "A", "O", "~"];
const items = (patients: fc.Arbitrary<string | undefined>): fc.Arbitrary<Item[]> =>
  fc
    .array(fc.record({ label: fc.constantFrom(...LABELS), patient: patients }), { maxLength: 200 })
    .map((drawn) => drawn.map((item, i) => ({ ...item, name: `r${String(i).padStart(4, "0")}` })));
const alone = items(fc.constant(undefined));
const grouped = items(fc.option(fc.stringMatching(/^p\d\d?$/), { nil: undefined }));
const anySeed = fc.integer({ min: 0, max: 0xffffffff });
const fractions = { train: 0.7, validation: 0.1, test: 0.2 };

const names = (records: readonly Item[]) => records.map(({ name }) => name);
const labelled = (records: readonly Item[], label: string) => records.filter((record) => record.label === label).length;

describe("splitDataset", () => {
  it("puts every record in one set and every patient's records in the same", () => {
    fc.assert(
      fc.property(grouped, anySeed, (records, seed) => {
        const { train, validation, test } = splitDataset(records, { fractions, seed });
        expect(names([...train, ...validation, ...test]).sort()).toEqual(names(records));
        const homes = new Map<string, Set<Item[]>>();
        for (const set of [train, validation, test])
          for (const { patient } of set) if (patient) homes.set(patient, (homes.get(patient) ?? new Set()).add(set));
        for (const sets of homes.values()) expect(sets.size).toBe(1);
      }),
    );
  });

  it("gives each set its share of each label to within a record", () => {
    fc.assert(
      fc.property(alone, anySeed, (records, seed) => {
        const split = splitDataset(records, { fractions, seed });
        for (const label of LABELS)
          for (const set of ["train", "validation", "test"] as const)
            expect(Math.abs(labelled(split[set], label) - fractions[set] * labelled(records, label))).toBeLessThan(1);
      }),
    );
  });

  it("depends on the seed and not on the order of the records", () => {
    fc.assert(
      fc.property(grouped, anySeed, fc.nat(), (records, seed, turn) => {
        const cut = records.length ? turn % records.length : 0;
        const turned = [...records.slice(cut), ...records.slice(0, cut)].reverse();
        expect(splitDataset(turned, { fractions, seed })).toEqual(splitDataset(records, { fractions, seed }));
      }),
    );
    const records = Array.from({ length: 50 }, (_, i) => ({ name: `r${i}`, label: "N" }));
    const test = (seed: number) => names(splitDataset(records, { fractions, seed }).test);
    expect(test(1)).not.toEqual(test(2));
  });

  it.each([
    { train: 0.5, validation: 0.1, test: 0.1 },
    { train: 1.2, validation: -0.2, test: 0 },
    { train: Number.NaN, validation: 0, test: 0 },
  ])("refuses fractions %j", (bad) => {
    expect(() => splitDataset([], { fractions: bad, seed: 1 })).toThrow(RangeError);
  });
});

describe("kFold", () => {
  it("tests every record once and never trains on it", () => {
    fc.assert(
      fc.property(grouped, fc.integer({ min: 2, max: 6 }), anySeed, (records, k, seed) => {
        const folds = kFold(records, k, seed);
        expect(folds.length).toBe(k);
        expect(names(folds.flatMap(({ test }) => test)).sort()).toEqual(names(records));
        for (const { train, test } of folds) expect(names([...train, ...test]).sort()).toEqual(names(records));
      }),
    );
    expect(() => kFold([], 1, 0)).toThrow(RangeError);
  });
});

describe("foldSplit", () => {
  const options = { folds: 5, validationFraction: 0.125 };
  const allFolds = (records: readonly Item[], seed: number) =>
    Array.from({ length: options.folds }, (_, fold) => foldSplit(records, { ...options, fold, seed }));

  it("tests every record once, and divides the rest of each fold into training and validation", () => {
    fc.assert(
      fc.property(grouped, anySeed, (records, seed) => {
        const folds = allFolds(records, seed);
        expect(names(folds.flatMap(({ test }) => test)).sort()).toEqual(names(records));
        for (const { train, validation, test } of folds)
          expect(names([...train, ...validation, ...test]).sort()).toEqual(names(records));
      }),
    );
  });

  it("keeps a patient's records in one set of each fold", () => {
    fc.assert(
      fc.property(grouped, anySeed, (records, seed) => {
        for (const { train, validation, test } of allFolds(records, seed)) {
          const patients = [train, validation, test].map((set) => new Set(set.flatMap(({ patient }) => patient ?? [])));
          const together = new Set(patients.flatMap((set) => [...set]));
          expect(patients.reduce((sum, { size }) => sum + size, 0)).toBe(together.size);
        }
      }),
    );
  });

  it("gives each set its share of each label to within a record", () => {
    fc.assert(
      fc.property(alone, anySeed, (records, seed) => {
        for (const { train, validation, test } of allFolds(records, seed)) {
          for (const label of LABELS) {
            const rest = labelled(records, label) - labelled(test, label);
            expect(Math.abs(labelled(test, label) - labelled(records, label) / options.folds)).toBeLessThan(1);
            expect(Math.abs(labelled(validation, label) - rest * options.validationFraction)).toBeLessThan(1);
            expect(labelled(train, label)).toBe(rest - labelled(validation, label));
          }
        }
      }),
    );
  });

  it("depends on the seed and not on the order of the records", () => {
    fc.assert(
      fc.property(grouped, anySeed, (records, seed) => {
        expect(allFolds([...records].reverse(), seed)).toEqual(allFolds(records, seed));
      }),
    );
    const records = Array.from({ length: 50 }, (_, i) => ({ name: `r${i}`, label: "N" }));
    const [first, second] = [1, 2].map((seed) => foldSplit(records, { ...options, fold: 0, seed }));
    expect(names(first.test)).not.toEqual(names(second.test));
    expect(names(first.validation)).not.toEqual(names(second.validation));
  });

  it.each([
    [{ fold: 5 }, /fold is 5, expected an integer of 0 to 4/],
    [{ fold: -1 }, /fold is -1/],
    [{ fold: 0.5 }, /fold is 0.5/],
    [{ folds: 1, fold: 0 }, /k is 1, expected an integer of at least 2/],
    [{ validationFraction: 1 }, /validationFraction is 1, expected 0 or more and below 1/],
    [{ validationFraction: Number.NaN }, /validationFraction is NaN/],
  ])("refuses %j", (change, message) => {
    expect(() => foldSplit([], { ...options, fold: 0, seed: 1, ...change })).toThrow(message);
  });
});
