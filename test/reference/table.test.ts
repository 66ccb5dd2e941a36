import fc from "fast-check";
import { expect, it } from "vitest";
import { ACTIVATION_TABLE, TYPE_INT13 } from "../../assembly/shared/ops.ts";
import { draws } from "../properties/draws.ts";
import { activate, interpolate } from "./activate.ts";
import { COPY } from "./copy-layer.ts";
import { gelu } from "./hubert.ts";

/** Largest second derivative of gelu, at 0: 2 / sqrt(2 pi). */
const CURVATURE = 2 / Math.sqrt(2 * Math.PI);

const ENTRIES = Array.from({ length: 129 }, (_, i) => i * 512 - 32768);

function tableOf(f: (x: number) => number, preScale: number, outScale: number): Int32Array {
  return Int32Array.from(ENTRIES, (pre) =>
    Math.min(32760, Math.max(-32760, Math.round((4 * f(pre * preScale)) / outScale))),
  );
}

it("a table of gelu is gelu to the curve between two entries and two roundings", () => {
  const range = fc.double({ min: 0.01, max: 30, noNaN: true });
  const pre = fc.integer({ min: -32767, max: 32767 });
  fc.assert(
    fc.property(range, pre, (largest, at) => {
      const preScale = largest / 32767;
      const outScale = Math.max(gelu(largest), 0.17) / 4095;
      const table = tableOf(gelu, preScale, outScale);
      const error = interpolate(table, at, 4) - gelu(at * preScale) / outScale;
      // A chord leaves a curve by h^2 / 8 of its second derivative; an entry is half a quarter off, the result a half.
      const bound = ((512 * preScale) ** 2 / 8) * (CURVATURE / outScale) + 1 / 8 + 1 / 2 + 1e-6;
      expect(Math.abs(error)).toBeLessThanOrEqual(bound);
    }),
    { numRuns: draws(5000) },
  );
});

it("a table gives its entries back, and both ends of its range", () => {
  const table = Int32Array.from(ENTRIES, (_, i) => 4 * (30 * i - 2000));
  ENTRIES.slice(1, -1).forEach((pre, i) => {
    expect(interpolate(table, pre, 4)).toBe(30 * (i + 1) - 2000);
  });
  expect([interpolate(table, -32767, 4), interpolate(table, 32767, 4)]).toEqual([-2000, 1840]);
});

it("a table's outermost lines go on beyond its ends", () => {
  const table = Int32Array.from(ENTRIES, (_, i) => (i * i) >> 2);
  const lineAt = (from: number, at: number) =>
    Math.floor(table[from] + ((table[from + 1] - table[from]) * (at + 32768 - 512 * from)) / 512 + 0.5);
  fc.assert(
    fc.property(fc.integer({ min: 32768, max: 2 ** 22 }), (at) => {
      expect(interpolate(table, at, 1)).toBe(lineAt(127, at));
      expect(interpolate(table, -at - 1, 1)).toBe(lineAt(0, -at - 1));
    }),
  );
});

it("a layer clamps before its table and behind it", () => {
  const table = tableOf((x) => x, 1 / 8, 1 / 8);
  const layer = { ...COPY, activation: ACTIVATION_TABLE, outType: TYPE_INT13, table };
  expect([-(2 ** 31), -5000, -1234, 0, 77, 3000, 4096, 2 ** 31 - 1].map((value) => activate(layer, value))).toEqual([
    -4095, -4095, -1234, 0, 77, 3000, 4095, 4095,
  ]);
});
