import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { requantizeAttention } from "../../../tools/export/lower/attention-requantization.ts";
import { normEpsilon, requantizeNorm } from "../../../tools/export/lower/norm-requantization.ts";

const reals = (limit: number) => fc.double({ min: -limit, max: limit, noNaN: true });
const channels = fc.array(fc.tuple(reals(100), reals(100)), { minLength: 1, maxLength: 8 });
const scales = fc.double({ min: 1e-4, max: 1, noNaN: true });

const constantsOf = (pairs: readonly (readonly [number, number])[]) => ({
  gamma: Float64Array.from(pairs, ([gain]) => gain),
  beta: Float64Array.from(pairs, ([, offset]) => offset),
});

describe("a norm's requantisation", () => {
  it("has each gain and offset to half a unit, and the largest shift that they fit", () => {
    fc.assert(
      fc.property(channels, scales, (pairs, outScale) => {
        const { shift, rows } = requantizeNorm(constantsOf(pairs), outScale, "norm");
        pairs.forEach(([gain, offset], channel) => {
          const { multiplier, bias } = rows[channel];
          expect(Math.abs(multiplier - (gain / outScale) * 2 ** (shift - 20))).toBeLessThanOrEqual(0.5);
          expect(Math.abs(bias - (256 * offset) / outScale)).toBeLessThanOrEqual(0.5);
          expect(Math.abs(multiplier)).toBeLessThan(2 ** 31);
        });
        expect(shift).toBeGreaterThanOrEqual(8);
        const largest = Math.max(...rows.map(({ multiplier }) => Math.abs(multiplier)));
        expect(shift === 39 || 2 * largest + 1 >= 2 ** 31).toBe(true);
      }),
    );
  });

  it("is refused where a gain or an offset fits no shift", () => {
    const sentence = "layer norm: its output scale 1e-9 is too small for its gains and offsets";
    expect(() => requantizeNorm(constantsOf([[1e7, 0]]), 1e-9, "norm")).toThrow(new RangeError(sentence));
    expect(() => requantizeNorm(constantsOf([[0, 1]]), 1e-9, "norm")).toThrow(RangeError);
  });

  it("adds to the squared counts what 1e-5 is in them", () => {
    expect(normEpsilon(1e-5, 64, 0.001)).toBe(640);
    expect(normEpsilon(1e-5, 64, 10)).toBe(1);
    expect(normEpsilon(1e-5, 64, 1e-9)).toBe(2 ** 31 - 1);
  });
});

describe("attention's requantisation", () => {
  it("turns a difference of scores into powers of 2^(-1/256)", () => {
    fc.assert(
      fc.property(scales, scales, fc.integer({ min: 1, max: 128 }), (query, key, headChannels) => {
        const { shift, rows } = requantizeAttention(query, key, headChannels, "attention");
        const [{ multiplier, bias }] = rows;
        expect(rows).toHaveLength(1);
        expect(bias).toBe(0);
        expect(multiplier).toBeGreaterThanOrEqual(2 ** 30);
        expect(multiplier).toBeLessThan(2 ** 31);
        // One count of difference in the scores is this factor between two exponentials.
        const factor = Math.exp(-(query * key) / Math.sqrt(headChannels));
        expect(2 ** -(multiplier / 2 ** shift / 256) / factor).toBeCloseTo(1, 9);
      }),
    );
  });

  it("is refused where scores are that large", () => {
    expect(() => requantizeAttention(1e6, 1e6, 1, "attention")).toThrow(/layer attention: multiplier/);
  });
});
