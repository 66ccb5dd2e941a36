import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { GRID_MID_RISE, GRID_MID_TREAD, GRID_TERNARY } from "../../assembly/shared/ops.ts";
import { packStream, packTiles, streamBytes } from "../../tools/export/pack-tile.ts";
import { largestWeight, type WeightGrid } from "../../tools/export/quantized-network.ts";
import { decodeTile } from "../reference/decode-weights.ts";

const CODES = { midTread: GRID_MID_TREAD, midRise: GRID_MID_RISE, ternary: GRID_TERNARY };

const widths: fc.Arbitrary<{ grid: WeightGrid; bits: number }> = fc.oneof(
  fc.integer({ min: 2, max: 8 }).map((bits) => ({ grid: "midTread" as const, bits })),
  fc.integer({ min: 1, max: 3 }).map((bits) => ({ grid: "midRise" as const, bits })),
  fc.constant({ grid: "ternary" as const, bits: 2 }),
);

/** Any integers of a grid, its ends included. */
function weightsOf(grid: WeightGrid, bits: number, count: number): fc.Arbitrary<Int8Array> {
  const limit = largestWeight(grid, bits);
  const one =
    grid === "midRise"
      ? fc.integer({ min: 0, max: limit }).map((code) => 2 * code - limit)
      : fc.integer({ min: -limit, max: limit });
  return fc.array(one, { minLength: count, maxLength: count }).map((values) => Int8Array.from(values));
}

describe("weight tiles", () => {
  it("come back from the reference decoder, whatever the width and the lanes", () => {
    const layers = fc.tuple(
      widths,
      fc.integer({ min: 1, max: 20 }),
      fc.integer({ min: 1, max: 9 }),
      fc.integer({ min: 1, max: 4 }),
    );
    const cases = layers.chain(([width, outChannels, depth, columns]) =>
      weightsOf(width.grid, width.bits, outChannels * depth * columns).map((values) => ({
        ...width,
        outChannels,
        depth,
        columns,
        values,
      })),
    );
    fc.assert(
      fc.property(cases, ({ grid, bits, outChannels, depth, columns, values }) => {
        const tiles = packTiles(values, outChannels, columns, grid, bits);
        const groups = Math.ceil(outChannels / 8);
        expect(tiles).toHaveLength(groups * columns);
        const back = new Int8Array(values.length);
        tiles.forEach((tile, index) => {
          const [column, first] = [Math.floor(index / groups), (index % groups) * 8];
          const lanes = Math.min(8, outChannels - first);
          decodeTile(tile, depth * lanes, bits, CODES[grid]).forEach((weight, n) => {
            back[(first + (n % lanes)) * depth * columns + column * depth + Math.floor(n / lanes)] = weight;
          });
        });
        expect(back).toEqual(values);
      }),
    );
  });

  it("have zero bits, or zero digits, behind their last weight", () => {
    const cases = fc
      .tuple(widths, fc.integer({ min: 1, max: 40 }))
      .chain(([width, count]) => weightsOf(width.grid, width.bits, count).map((values) => ({ ...width, values })));
    fc.assert(
      fc.property(cases, ({ grid, bits, values }) => {
        const bytes = packStream(values, grid, bits);
        expect(bytes).toHaveLength(streamBytes(values.length, grid, bits));
        const last = bytes[bytes.length - 1];
        const limit =
          grid === "ternary"
            ? 3 ** (values.length - 5 * (bytes.length - 1))
            : 2 ** (values.length * bits - 8 * (bytes.length - 1));
        expect(last).toBeLessThan(limit);
      }),
    );
  });

  it.each([
    ["midTread", 3, -4],
    ["midTread", 8, -128],
    ["midRise", 2, 0],
    ["midRise", 2, 5],
    ["ternary", 2, 2],
  ] as const)("refuse what is not on the grid: %s, %i bits, weight %i", (grid, bits, weight) => {
    expect(() => packStream(Int8Array.of(weight), grid, bits)).toThrow(RangeError);
  });

  it("store five ternary weights in a byte, the first in the lowest digit", () => {
    expect([...packStream(Int8Array.of(1, 0, 0, 0, -1, 1), "ternary", 2)]).toEqual([2 + 3 + 9 + 27, 2]);
  });
});
