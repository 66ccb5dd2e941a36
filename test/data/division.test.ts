import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { divideData, divisionFacts, divisionOf } from "../../tools/data/division.ts";
import { DataError } from "../../tools/files/data-error.ts";

const records = Array.from({ length: 60 }, (_, index) => ({
  name: `r${index}`,
  label: index % 3 === 0 ? "A" : "N",
  samples: new Int16Array(1),
}));
const data = { name: "set", classes: ["N", "A"], records };

const divisions = fc.record({
  seed: fc.integer({ min: 0, max: 1000 }),
  fold: fc.option(
    fc
      .integer({ min: 2, max: 6 })
      .chain((of) => fc.record({ number: fc.integer({ min: 1, max: of }), of: fc.constant(of) })),
    { nil: undefined },
  ),
});

describe("the division that a model's facts tell", () => {
  it("is the one that it was trained by, whatever seed is given later", () => {
    fc.assert(
      fc.property(divisions, fc.integer(), (division, otherSeed) => {
        const facts = JSON.parse(JSON.stringify(divisionFacts(data, division, divideData(data, division))));
        expect(divisionOf(facts, otherSeed)).toEqual(division);
      }),
    );
  });

  it("is one by the seed given where the facts tell none", () => {
    for (const facts of [{}, undefined, { split: "unknown" }]) expect(divisionOf(facts, 7)).toEqual({ seed: 7 });
  });

  it.each(["x", "0/5", "6/5", "1/1"])("is refused where the facts tell of a fold that there is not: %s", (fold) => {
    expect(() => divisionOf({ split: { seed: 1, fold } }, 7)).toThrow(DataError);
    expect(() => divisionOf({ split: { seed: 1, fold } }, 7)).toThrow(
      `split.fold: expected a fold of several, such as 2/5, found "${fold}"`,
    );
  });
});
