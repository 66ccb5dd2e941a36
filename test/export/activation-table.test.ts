import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { activationTable } from "../../tools/export/activation-table.ts";
import { gelu } from "../../tools/graph/gelu.ts";

/** NUMERICS.md, "Activation table", before the clamp. */
function lookUp(table: Int16Array, pre: number): number {
  const u = pre + 32768;
  const [i, f] = [u >> 9, u & 511];
  return (table[i] * 512 + (table[i + 1] - table[i]) * f + 2048) >> 12;
}

/** Largest second derivative of gelu, at 0. */
const CURVATURE = Math.sqrt(2 / Math.PI);

const ranges = fc.double({ min: 0.05, max: 40, noNaN: true });

describe("activation table", () => {
  it("follows gelu within a twelfth of its bend over a step, and three quarters of a count", () => {
    fc.assert(
      fc.property(ranges, (range) => {
        const preScale = range / 32767;
        const outScale = Math.max(gelu(range), 0.17) / 4095;
        const table = activationTable(gelu, preScale, outScale);
        const bend = CURVATURE * (512 * preScale) ** 2;
        for (let pre = -32767; pre <= 32767; pre += 61) {
          const error = Math.abs(lookUp(table, pre) * outScale - gelu(pre * preScale));
          expect(error).toBeLessThan(bend / 12 + 0.75 * outScale);
        }
      }),
    );
  });

  it("lies on no side of gelu", () => {
    const preScale = 4 / 32767;
    const outScale = 4 / 4095;
    const table = activationTable(gelu, preScale, outScale);
    let sum = 0;
    let count = 0;
    for (let pre = -32767; pre <= 32767; pre++, count++) sum += lookUp(table, pre) - gelu(pre * preScale) / outScale;
    // Lines through gelu's own values lie 0.14 counts above it.
    expect(Math.abs(sum / count)).toBeLessThan(0.02);
  });

  it("saturates at the ends of int13", () => {
    const table = activationTable((x) => 1e6 * x, 1, 1);
    expect([table[0], table[128]]).toEqual([-32760, 32760]);
  });
});
