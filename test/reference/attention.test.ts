import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { OP_ATTENTION, TYPE_INT13 } from "../../assembly/shared/ops.ts";
import { SeededRandom } from "../../tools/random/random.ts";
import { draws } from "../properties/draws.ts";
import { attention, EXP2, powerOfTwo } from "./attention.ts";
import { COPY } from "./copy-layer.ts";
import type { Layer } from "./layer.ts";
import { makeRows, type Rows } from "./rows.ts";

/** The relative error of rounding t to an integer: half a 256th of a halving. */
const EXPONENT_ERROR = 2 ** (0.5 / 256) - 1;

/** Its products scaled so that one 256th of a halving is `unit` counts. */
function layerOf(channels: number, heads: number, unit: number): Layer {
  const shift = Math.min(62, 30 + Math.floor(Math.log2(unit)));
  return {
    ...COPY,
    ...{ op: OP_ATTENTION, inChannels: channels, outChannels: channels, groups: heads, shift, outType: TYPE_INT13 },
    multipliers: Int32Array.of(Math.floor(2 ** shift / unit)),
  };
}

/** exp2(-(largest - product) * multiplier / 2^(shift + 8)) of a row's products, the largest 1. */
function floatWeights(layer: Layer, query: Rows, key: Rows, i: number, head: number): number[] {
  const width = query.channels / layer.groups;
  const products = Array.from({ length: key.rows }, (_, j) => {
    let sum = 0;
    for (let c = head * width; c < (head + 1) * width; c++) {
      sum += query.values[i * query.channels + c] * key.values[j * key.channels + c];
    }
    return sum;
  });
  const largest = Math.max(...products);
  return products.map((product) => 2 ** (((product - largest) * layer.multipliers[0]) / 2 ** layer.shift / 256));
}

describe("attention", () => {
  it("halves in 256 steps, to half a count of 2^15 and what the recurrence gathers", () => {
    // A step rounds by half of 2^-15 of a count and takes a factor that is 0.35 of 2^-31 too large: 255 of them make 0.006.
    expect([EXP2.length, EXP2[0], EXP2[255]]).toEqual([256, 32768, Math.round(2 ** (15 - 255 / 256))]);
    EXP2.forEach((power, f) => {
      expect(Math.abs(power - 2 ** (15 - f / 256))).toBeLessThan(0.506);
    });
    expect([0, 256, 512, 256 * 12, 256 * 13, 256 * 14, 4095, 4096, 2 ** 31].map(powerOfTwo)).toEqual([
      4096, 2048, 1024, 1, 1, 0, 0, 0, 0,
    ]);
  });

  it("is a softmax in float to the rounding of its weights", () => {
    const shape = fc.record({
      rows: fc.integer({ min: 1, max: 128 }),
      heads: fc.integer({ min: 1, max: 3 }),
      width: fc.integer({ min: 1, max: 12 }),
      range: fc.constantFrom(1, 60, 4095),
      halvings: fc.double({ min: 0.01, max: 100, noNaN: true }),
      seed: fc.nat(),
    });
    fc.assert(
      fc.property(shape, ({ rows, heads, width, range, halvings, seed }) => {
        const random = new SeededRandom(seed);
        const tensor = () => makeRows(rows, heads * width, TYPE_INT13, () => random.integer(2 * range + 1) - range);
        const [query, key, value] = [tensor(), tensor(), tensor()];
        const layer = layerOf(heads * width, heads, Math.max(2 ** -29, (range * range * width) / (256 * halvings)));
        const out = attention(layer, query, key, value);
        for (let head = 0; head < heads; head++) {
          const weights = floatWeights(layer, query, key, rows - 1, head);
          const total = weights.reduce((sum, weight) => sum + weight, 0);
          for (let c = head * width; c < (head + 1) * width; c++) {
            const column = weights.map((_, j) => value.values[j * value.channels + c]);
            const expected = weights.reduce((sum, weight, j) => sum + weight * column[j], 0) / total;
            // Each weight is half of 1/4096 off, and by the error of its exponent and of EXP2; the largest is exact.
            const off = rows * (0.5 / 4096) + total * (EXPONENT_ERROR + 2 ** -15);
            const spread = Math.max(...column) - Math.min(...column);
            const bound = 0.5 + (off * spread) / Math.max(1, total - off) + 1e-6;
            expect(Math.abs(out.values[(rows - 1) * value.channels + c] - expected)).toBeLessThanOrEqual(bound);
          }
        }
      }),
      { numRuns: draws(200) },
    );
  });

  it("keeps a difference of two products that leaves 32 bits", () => {
    const head = (sign: number) => makeRows(2, 128, TYPE_INT13, (row) => (row === 0 ? 4095 : 4095 * sign));
    const value = makeRows(2, 128, TYPE_INT13, (row) => (row === 0 ? 4095 : -4095));
    const layer = { ...layerOf(128, 1, 1), shift: 62, multipliers: Int32Array.of(2 ** 31 - 1) };
    // 2^31 - 1 counts at 2^-31 of a 256th: not one step down, so that both rows weigh the same but for that one.
    const { values } = attention(layer, head(1), head(-1), value);
    expect([...values.subarray(0, 1), ...values.subarray(128, 129)]).toEqual([
      Math.floor((4095 * (4096 - powerOfTwo(1)) + (4096 + powerOfTwo(1)) / 2) / (4096 + powerOfTwo(1))),
      Math.floor((4095 * (4096 - powerOfTwo(1)) + (4096 + powerOfTwo(1)) / 2) / (4096 + powerOfTwo(1))),
    ]);
  });
});
