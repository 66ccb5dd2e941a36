import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { TYPE_INT13, TYPE_INT16 } from "../../../assembly/shared/ops.ts";
import {
  activationTable,
  alignedPreScale,
  type TableLookup,
  tableShift,
} from "../../../tools/export/lower/activation-table.ts";
import { largestOutput } from "../../../tools/export/tensors/element-type.ts";
import { gelu } from "../../../tools/graph/gelu.ts";
import { interpolate } from "../../reference/activate.ts";

const INT13 = { outType: TYPE_INT13, parts: 4 };
const INT16 = { outType: TYPE_INT16, parts: 0.5 };

/** Largest second derivative of gelu, at 0. */
const CURVATURE = Math.sqrt(2 / Math.PI);
/** Distance of gelu from its lines at 4. */
const BEND_REST = 0.00013;

const pairs = fc.record({
  largest: fc.double({ min: 0.05, max: 400, noNaN: true }),
  smallest: fc.double({ min: 0.05, max: 400, noNaN: true }),
  type: fc.constantFrom(INT13, INT16),
});

/** A gelu whose sums reach from -smallest to largest. */
function lookupFor({
  largest,
  smallest,
  type,
}: {
  largest: number;
  smallest: number;
  type: typeof INT13;
}): TableLookup {
  const outScale = Math.max(gelu(largest), 0.17) / largestOutput(type.outType);
  const preScale = alignedPreScale(Math.max(largest, smallest) / 32767, outScale);
  return { preScale, outScale, outType: type.outType };
}

describe("activation table", () => {
  it("follows gelu within a twelfth of its bend over a step and its roundings, however large the sums", () => {
    fc.assert(
      fc.property(pairs, (pair) => {
        const lookup = lookupFor(pair);
        const shift = tableShift(lookup);
        const table = Int32Array.from(activationTable(gelu, lookup));
        const bend = CURVATURE * (512 * 2 ** -shift * lookup.preScale) ** 2;
        // Half a part an entry, and as much again where the outermost line takes the next; half a count behind the lines.
        const roundings = 1 / pair.type.parts + 1 / 2;
        const limit = largestOutput(pair.type.outType);
        for (let pre = -32767; pre <= 32767; pre += 61) {
          const found = Math.min(limit, interpolate(table, pre * 2 ** shift, pair.type.parts));
          const wanted = Math.min(limit, gelu(pre * lookup.preScale) / lookup.outScale);
          const error = Math.abs(found - wanted) * lookup.outScale;
          expect(error).toBeLessThan(bend / 12 + roundings * lookup.outScale + BEND_REST);
        }
      }),
    );
  });

  it("lies on no side of gelu", () => {
    const lookup = lookupFor({ largest: 4, smallest: 4, type: INT13 });
    const table = Int32Array.from(activationTable(gelu, lookup));
    let sum = 0;
    let count = 0;
    for (let pre = -32767; pre <= 32767; pre++, count++) {
      sum += interpolate(table, pre, 4) - gelu(pre * lookup.preScale) / lookup.outScale;
    }
    // Lines through gelu's own values lie 0.14 counts above it.
    expect(Math.abs(sum / count)).toBeLessThan(0.02);
  });

  it("has a scale before it that holds what was seen, no power of two coarser than need be", () => {
    fc.assert(
      fc.property(pairs, (pair) => {
        const seen = Math.max(pair.largest, pair.smallest) / 32767;
        const { preScale, outScale } = lookupFor(pair);
        expect(Number.isInteger(Math.log2(outScale / preScale))).toBe(true);
        expect(preScale).toBeGreaterThanOrEqual(seen);
        expect(preScale / 2).toBeLessThan(seen);
      }),
    );
  });

  it("saturates at the ends of int13", () => {
    const table = activationTable((x) => 1e6 * x, { preScale: 1e-6, outScale: 1e-3, outType: TYPE_INT13 });
    expect([table[0], table[128]]).toEqual([-32767, 32767]);
  });
});
