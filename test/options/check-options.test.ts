import { describe, expect, it } from "vitest";
import { checkOptions } from "../../tools/options/check-options.ts";
import type { OptionTable } from "../../tools/options/option-table.ts";
import { fieldValue, withField } from "../../tools/options/option-table.ts";

interface Sample {
  readonly count: number;
  readonly seed: number;
  readonly share: number | null;
  readonly inner: { readonly rate: number; readonly part: number };
}

const TABLE: OptionTable<Sample> = [
  { field: "count", takes: "count" },
  { field: "seed", takes: "whole" },
  { field: "share", takes: "real", limits: { least: 0, most: 0.9 } },
  { field: "inner.rate", takes: "real", limits: { above: 0 } },
  { field: "inner.part", takes: "real", limits: { above: 0, most: 1 }, title: "the part" },
];
const GOOD: Sample = { count: 1, seed: -3, share: null, inner: { rate: 1e-9, part: 1 } };

describe("the limits of a table", () => {
  it("let numbers within them pass, and what is null", () => {
    expect(() => checkOptions(TABLE, GOOD)).not.toThrow();
    expect(() => checkOptions(TABLE, { ...GOOD, share: 0.9 })).not.toThrow();
  });

  it.each([
    [{ count: 0 }, "count must be an integer of 1 or more, not 0"],
    [{ count: 1.5 }, "count must be an integer of 1 or more, not 1.5"],
    [{ seed: 0.5 }, "seed must be an integer, not 0.5"],
    [{ share: 1 }, "share must be within 0 to 0.9, not 1"],
    [{ share: Number.NaN }, "share must be within 0 to 0.9, not NaN"],
    [{ inner: { rate: 0, part: 1 } }, "rate must be above 0, not 0"],
    [{ inner: { rate: 1, part: 2 } }, "the part must be above 0, to 1, not 2"],
  ])("refuse %j", (change, sentence) => {
    expect(() => checkOptions(TABLE, { ...GOOD, ...change })).toThrow(new RangeError(sentence));
  });

  it("reach into a record within the options", () => {
    const moved = withField(GOOD, "inner.rate", 2);
    expect(moved).toEqual({ ...GOOD, inner: { rate: 2, part: 1 } });
    expect(fieldValue(moved, TABLE[3])).toBe(2);
    expect(GOOD.inner.rate).toBe(1e-9);
  });
});
