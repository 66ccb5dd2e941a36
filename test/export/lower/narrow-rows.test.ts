import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { narrowRows } from "../../../tools/export/lower/narrow-rows.ts";
import type { RequantizationRow } from "../../../tools/export/lower/requantization.ts";
import { requantize } from "../../reference/requantize.ts";

const row = fc.record({
  multiplier: fc.integer({ min: 0, max: 31 }).map((bits) => Math.min(2 ** 31 - 1, Math.round(1.7 * 2 ** bits))),
  bias: fc.tuple(fc.integer({ min: 0, max: 24 }), fc.integer({ min: -99, max: 99 })).map(([bits, of99]) => {
    return Math.round((of99 / 99) * 2 ** bits);
  }),
});
const rows = fc.array(row, { minLength: 1, maxLength: 6 });
/** Even multipliers, as a layer of like channels has them. */
const likeRows = fc.array(
  fc.record({
    multiplier: fc.integer({ min: 2 ** 29, max: 2 ** 31 - 2 ** 15 }),
    bias: fc.integer({ min: -9e4, max: 9e4 }),
  }),
  { minLength: 1, maxLength: 6 },
);
const ranges = fc.constantFrom({ sumLimit: 1e5, outLimit: 127 }, { sumLimit: 1e6, outLimit: 4095 });
const SHIFT = 42;

/** Computes the engine's output for a sum, without the half of its rounding. */
function output(sum: number, { multiplier, bias }: RequantizationRow): number {
  return ((sum + bias) * multiplier) / 2 ** SHIFT;
}

describe("narrow requantisation rows", () => {
  it("fit their fields exactly", () => {
    fc.assert(
      fc.property(fc.oneof(rows, likeRows), ranges, (wide, range) => {
        const { rowForm, rows: formed } = narrowRows({ shift: SHIFT, rows: wide }, range);
        if (rowForm === 0) {
          expect(formed).toEqual(wide);
          return;
        }
        for (const { multiplier, bias } of formed) {
          expect(multiplier % 2 ** 15).toBe(0);
          expect(multiplier).toBeLessThan(2 ** 31);
          expect(bias % 2 ** (rowForm - 1)).toBeCloseTo(0, 12);
          expect(Math.abs(bias) / 2 ** (rowForm - 1)).toBeLessThan(2 ** 15);
        }
      }),
    );
  });

  it("move no output by more than a 2^13th of the largest", () => {
    fc.assert(
      fc.property(
        fc.oneof(rows, likeRows),
        ranges,
        fc.double({ min: -1, max: 1, noNaN: true }),
        (wide, range, part) => {
          const { rows: formed } = narrowRows({ shift: SHIFT, rows: wide }, range);
          const sum = Math.round(part * range.sumLimit);
          wide.forEach((own, channel) => {
            const before = output(sum, own);
            if (Math.abs(before) > range.outLimit) return;
            expect(Math.abs(output(sum, formed[channel]) - before)).toBeLessThanOrEqual(
              range.outLimit / 2 ** 13 + 1e-9,
            );
            const counts = [own, formed[channel]].map(({ multiplier, bias }) =>
              requantize(sum + bias, multiplier, SHIFT),
            );
            if (range.outLimit === 127) expect(Math.abs(counts[0] - counts[1])).toBeLessThanOrEqual(1);
          });
        },
      ),
    );
  });

  it("serve where the channels are alike", () => {
    fc.assert(
      fc.property(likeRows, (wide) => {
        expect(narrowRows({ shift: SHIFT, rows: wide }, { sumLimit: 1e5, outLimit: 127 }).rowForm).toBeGreaterThan(0);
      }),
    );
  });

  it("do not serve a channel whose multiplier they would round away", () => {
    const faint = { multiplier: 3 << 14, bias: 0 };
    const { rowForm } = narrowRows(
      { shift: 20, rows: [{ multiplier: 2 ** 30, bias: 0 }, faint] },
      {
        sumLimit: 1e5,
        outLimit: 127,
      },
    );
    expect(rowForm).toBe(0);
  });
});
