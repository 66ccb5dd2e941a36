import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { largestWeight } from "../../../tools/export/quantized-network.ts";
import { dequantize, squaredError } from "../../../tools/quantize/quantizers/dequantize.ts";
import { quantizeOnGrid, quantizeWeights } from "../../../tools/quantize/quantizers/quantize-weights.ts";
import { BIT_WIDTHS, type Width } from "../../../tools/quantize/width.ts";

const WIDTHS: readonly Width[] = [...BIT_WIDTHS, "ternary"];
const OUT_CHANNELS = 3;

const weights = fc
  .integer({ min: 1, max: 12 })
  .chain((fanIn) =>
    fc.float32Array({ minLength: OUT_CHANNELS * fanIn, maxLength: OUT_CHANNELS * fanIn, min: -4, max: 4, noNaN: true }),
  );

describe.each(WIDTHS)("weights at %s bits", (width) => {
  it("stay on the grid, with a scale above zero", () => {
    fc.assert(
      fc.property(weights, fc.constantFrom("minMax" as const, "mse" as const), (values, method) => {
        const { grid, bits, integers, scale } = quantizeWeights(values, OUT_CHANNELS, width, method);
        const limit = largestWeight(grid, bits);
        for (const integer of integers) {
          expect(Math.abs(integer)).toBeLessThanOrEqual(limit);
          if (grid === "midRise") expect(integer % 2).not.toBe(0);
        }
        for (const step of scale) expect(step).toBeGreaterThan(0);
      }),
    );
  });

  it("have no more squared error with the scale chosen for it than with min-max, channel by channel", () => {
    fc.assert(
      fc.property(weights, (values) => {
        const { grid, bits } = quantizeWeights(values, OUT_CHANNELS, width, "mse");
        const fanIn = values.length / OUT_CHANNELS;
        for (let channel = 0; channel < OUT_CHANNELS; channel++) {
          const row = values.slice(channel * fanIn, (channel + 1) * fanIn);
          const error = (method: "mse" | "minMax") => squaredError(quantizeOnGrid(row, 1, grid, bits, method), row);
          expect(error("mse")).toBeLessThanOrEqual(error("minMax") * (1 + 1e-6) + 1e-12);
        }
      }),
    );
  });
});

describe("min-max scales", () => {
  it("put every weight within half a step of the mid-tread grid", () => {
    fc.assert(
      fc.property(weights, fc.integer({ min: 2, max: 8 }), (values, bits) => {
        const quantized = quantizeOnGrid(values, OUT_CHANNELS, "midTread", bits, "minMax");
        const fanIn = values.length / OUT_CHANNELS;
        dequantize(quantized).forEach((value, index) => {
          expect(Math.abs(value - values[index])).toBeLessThanOrEqual(
            quantized.scale[Math.floor(index / fanIn)] * 0.5 * (1 + 1e-6),
          );
        });
      }),
    );
  });

  it("put every weight within a step of the mid-rise grid, whose integers are two apart", () => {
    fc.assert(
      fc.property(weights, fc.integer({ min: 1, max: 3 }), (values, bits) => {
        const quantized = quantizeOnGrid(values, OUT_CHANNELS, "midRise", bits, "minMax");
        const fanIn = values.length / OUT_CHANNELS;
        dequantize(quantized).forEach((value, index) => {
          expect(Math.abs(value - values[index])).toBeLessThanOrEqual(
            quantized.scale[Math.floor(index / fanIn)] * (1 + 1e-6),
          );
        });
      }),
    );
  });
});

describe("choices", () => {
  it("take the mid-rise grid for weights without a middle, the mid-tread for weights with one", () => {
    expect(quantizeWeights(Float32Array.of(1, -1, 3, -3), 1, 2, "mse").grid).toBe("midRise");
    expect(quantizeWeights(Float32Array.of(1, 0, 0, -1), 1, 2, "mse").grid).toBe("midTread");
  });

  it("name a weight that is no number", () => {
    expect(() => quantizeWeights(Float32Array.of(1, Number.NaN), 1, 4, "mse")).toThrow(/weight NaN/);
  });
});
