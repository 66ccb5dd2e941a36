import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { OP_GROUP_NORM, OP_LAYER_NORM, TYPE_INT13, TYPE_INT16 } from "../../assembly/shared/ops.ts";
import { draws } from "../properties/draws.ts";
import { COPY } from "./copy-layer.ts";
import { groupNorm } from "./group-norm.ts";
import { layerNorm } from "./layer-norm.ts";
import { normalize, scaleNormal } from "./normalize.ts";
import { makeRows } from "./rows.ts";

const value = fc.integer({ min: -32767, max: 32767 });
/** Rows of values of all sizes, those that differ by a few counts among them. */
const values = fc
  .tuple(fc.array(value, { minLength: 1, maxLength: 100 }), fc.constantFrom(1, 16, 256, 4096, 32767))
  .map(([row, range]) => row.map((each) => each % (range + 1)));
const epsilon = fc.oneof(fc.integer({ min: 1, max: 100 }), fc.integer({ min: 1, max: 2 ** 31 - 1 }));

/** The same in float64. */
function floatNormal(row: readonly number[], eps: number): number[] {
  const mean = row.reduce((sum, x) => sum + x, 0) / row.length;
  const variance = row.reduce((sum, x) => sum + (x - mean) ** 2, 0) / row.length;
  return row.map((x) => (x - mean) / Math.sqrt(variance + eps / row.length));
}

describe("a norm", () => {
  it("is a float norm to half of 2^-20 and a relative 2^-29", () => {
    // R and inv are at least 2^30 and floors: each is less than 2^-30 of itself too small.
    fc.assert(
      fc.property(values, epsilon, (row, eps) => {
        const expected = floatNormal(row, eps);
        normalize(row, eps).forEach((z, i) => {
          const bound = 0.5 + Math.abs(expected[i]) * 2 ** (20 - 29) + 1e-6;
          expect(Math.abs(Number(z) - expected[i] * 2 ** 20)).toBeLessThan(bound);
        });
      }),
      { numRuns: draws(2000) },
    );
  });

  it("is 0 where all values are equal, and exact at the extremes", () => {
    expect(normalize([5, 5, 5], 1)).toEqual([0n, 0n, 0n]);
    expect(normalize([-7], 2 ** 31 - 1)).toEqual([0n]);
    const row = Array.from({ length: 4096 }, (_, i) => (i % 2 === 0 ? 32767 : -32767));
    expect(normalize(row, 1).slice(0, 2)).toEqual([1n << 20n, -(1n << 20n)]);
    const spike = Array.from({ length: 4096 }, (_, i) => (i === 0 ? 32767 : -32767));
    expect(Number(normalize(spike, 1)[0]) / 2 ** 20).toBeCloseTo(Math.sqrt(4095), 5);
  });

  it("scales and offsets a channel with one rounding, gains of both signs", () => {
    const gain = fc.integer({ min: -(2 ** 31) + 1, max: 2 ** 31 - 1 });
    const bias = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
    const z = fc.integer({ min: -(2 ** 26), max: 2 ** 26 });
    fc.assert(
      fc.property(z, gain, bias, fc.integer({ min: 8, max: 39 }), (normal, multiplier, offset, shift) => {
        const expected = (normal * multiplier) / 2 ** shift + offset / 256;
        const error = scaleNormal(BigInt(normal), multiplier, offset, shift) - expected;
        // The products have up to 57 bits: in float64 they are off by 16 at most, before the shift.
        const slack = 16 / 2 ** shift + 1e-6 * Math.abs(expected);
        expect(Math.abs(error)).toBeLessThanOrEqual(0.5 + slack);
      }),
    );
  });

  it("runs over the channels of a row, or over a channel's rows", () => {
    const norm = {
      ...COPY,
      inChannels: 3,
      outChannels: 3,
      epsilon: 7,
      shift: 20,
      outType: TYPE_INT13,
      multipliers: Int32Array.of(1000, -500, 2000),
      biases: Int32Array.of(0, 256 * 9, -256),
    };
    const x = makeRows(4, 3, TYPE_INT16, (row, c) => (row * 7 + c * 11 + row * row * c) % 97);
    const rows = (channel: number) => [0, 1, 2, 3].map((row) => x.values[row * 3 + channel]);
    const scaled = (z: number, c: number) => Math.round(z * norm.multipliers[c] + norm.biases[c] / 256);
    const byRow = makeRows(4, 3, TYPE_INT13, (row, c) =>
      scaled(floatNormal([...x.values.subarray(row * 3, row * 3 + 3)], 7)[c], c),
    );
    const byChannel = makeRows(4, 3, TYPE_INT13, (row, c) => scaled(floatNormal(rows(c), 7)[row], c));
    expect(layerNorm({ ...norm, op: OP_LAYER_NORM }, x)).toEqual(byRow);
    expect(groupNorm({ ...norm, op: OP_GROUP_NORM }, x)).toEqual(byChannel);
  });
});
