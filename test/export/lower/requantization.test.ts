import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { requantizeAdd, requantizeAverage, requantizeChannels } from "../../../tools/export/lower/requantization.ts";

/** Scales from 2^-20 to 2^6, powers of two included. */
const scale = fc.oneof(
  fc.integer({ min: -20, max: 6 }).map((power) => 2 ** power),
  fc.double({ min: 1e-6, max: 64, noNaN: true }),
);

describe("requantisation of channels", () => {
  const units = fc.array(scale, { minLength: 1, maxLength: 12 });

  it("puts the largest multiplier into [2^30, 2^31) and keeps every ratio to a rounding of the multiplier", () => {
    fc.assert(
      fc.property(units, scale, (own, outScale) => {
        const bias = new Float64Array(own.length);
        const { shift, rows } = requantizeChannels(Float64Array.from(own), bias, outScale, 1, "layer");
        const multipliers = rows.map((row) => row.multiplier);
        expect(shift).toBeGreaterThanOrEqual(1);
        expect(shift).toBeLessThanOrEqual(62);
        expect(Math.max(...multipliers)).toBeLessThan(2 ** 31);
        if (shift < 62) expect(Math.max(...multipliers)).toBeGreaterThanOrEqual(2 ** 30);
        own.forEach((unit, channel) => {
          expect(Math.abs(multipliers[channel] - (unit / outScale) * 2 ** shift)).toBeLessThanOrEqual(0.5);
        });
      }),
    );
  });

  it("gives a bias in accumulator counts, to half a count", () => {
    fc.assert(
      fc.property(scale, fc.double({ min: -1000, max: 1000, noNaN: true }), (unit, bias) => {
        fc.pre(Math.abs(bias / unit) < 2 ** 30);
        const [row] = requantizeChannels(Float64Array.of(unit), Float64Array.of(bias), 2 * unit, 1, "layer").rows;
        expect(Math.abs(row.bias * unit - bias)).toBeLessThanOrEqual(unit / 2);
      }),
    );
  });

  it("gives a dead channel its bias in the largest channel's unit", () => {
    const { shift, rows } = requantizeChannels(Float64Array.of(0.5, 0), Float64Array.of(0, 3), 0.25, 100, "layer");
    expect((rows[1].bias * rows[1].multiplier) / 2 ** shift).toBe(3 / 0.25);
    const dead = requantizeChannels(Float64Array.of(0), Float64Array.of(3), 0.25, 100, "layer");
    expect((dead.rows[0].bias * dead.rows[0].multiplier) / 2 ** dead.shift).toBe(3 / 0.25);
  });

  it("refuses sums that can leave 32 bits, naming layer and channel", () => {
    const one = Float64Array.of(1);
    expect(() => requantizeChannels(one, Float64Array.of(0), 1, 2 ** 31, "stem")).toThrow(
      /stem, channel 0.*accumulator/,
    );
    expect(() => requantizeChannels(one, Float64Array.of(2 ** 31), 1, 0, "stem")).toThrow(RangeError);
    expect(() => requantizeChannels(one, Float64Array.of(0), 0.5, 2 ** 30, "stem")).toThrow(/requantised sum/);
    expect(requantizeChannels(one, Float64Array.of(1), 1, 2 ** 31 - 3, "stem").rows[0].bias).toBe(1);
  });
});

describe("requantisation of pools and sums", () => {
  it("divides by every count of an average pool, to a rounding of the multiplier", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 200 }), scale, scale, (window, inScale, outScale) => {
        const { shift, rows } = requantizeAverage(window, inScale, outScale, "pool");
        expect(rows).toHaveLength(window);
        rows.forEach(({ multiplier, bias }, index) => {
          expect(Math.abs(multiplier - (inScale / outScale / (index + 1)) * 2 ** shift)).toBeLessThanOrEqual(0.5);
          expect(bias).toBe(0);
        });
      }),
    );
  });

  it("fits an add's multipliers into int16 and its sum into int32", () => {
    fc.assert(
      fc.property(scale, scale, scale, (a, b, out) => {
        fc.pre(Math.max(a, b) / out < 2 ** 13);
        const { shift, multiplierA, multiplierB } = requantizeAdd(a, b, out, "add");
        expect(shift).toBeGreaterThanOrEqual(1);
        expect(shift).toBeLessThanOrEqual(30);
        expect(Math.max(multiplierA, multiplierB)).toBeLessThan(2 ** 15);
        if (shift < 30) expect(Math.max(multiplierA, multiplierB)).toBeGreaterThanOrEqual(2 ** 14);
        expect(127 * (multiplierA + multiplierB) + 2 ** (shift - 1)).toBeLessThan(2 ** 31);
      }),
    );
  });
});
