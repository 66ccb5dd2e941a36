import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { GRID_MID_RISE, GRID_MID_TREAD, GRID_TERNARY } from "../../../assembly/shared/ops.ts";
import { packTile, packTiles, tileBytes } from "../../../tools/export/lower/pack-tile.ts";
import { largestWeight, type WeightGrid } from "../../../tools/export/quantized-network.ts";
import { decodeTile } from "../../reference/decode-weights.ts";

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

/** The channels of a tile, [lane][k]. */
function lanesOf(integers: Int8Array, lanes: number): Int8Array[] {
  const depth = integers.length / lanes;
  return Array.from({ length: lanes }, (_, lane) => integers.subarray(lane * depth, (lane + 1) * depth));
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
        const tiles = packTiles(values, outChannels, { columns, groups: 1 }, grid, bits);
        const groups = Math.ceil(outChannels / 8);
        expect(tiles).toHaveLength(groups * columns);
        const back = new Int8Array(values.length);
        tiles.forEach((tile, index) => {
          const [column, first] = [Math.floor(index / groups), (index % groups) * 8];
          const lanes = Math.min(8, outChannels - first);
          decodeTile(tile, depth, lanes, bits, CODES[grid]).forEach((weight, n) => {
            back[(first + (n % lanes)) * depth * columns + column * depth + Math.floor(n / lanes)] = weight;
          });
        });
        expect(back).toEqual(values);
      }),
    );
  });

  it("stay within a group of channels: a grouped layer's are those of its groups, one behind the other", () => {
    const layers = fc.tuple(
      widths,
      fc.integer({ min: 1, max: 20 }),
      fc.integer({ min: 1, max: 9 }),
      fc.integer({ min: 2, max: 5 }),
    );
    const cases = layers.chain(([width, groupChannels, depth, groups]) =>
      weightsOf(width.grid, width.bits, groupChannels * depth * groups).map((values) => ({
        ...{ ...width, groupChannels, groups, values },
      })),
    );
    fc.assert(
      fc.property(cases, ({ grid, bits, groupChannels, groups, values }) => {
        const size = values.length / groups;
        const alone = Array.from({ length: groups }, (_, group) =>
          packTiles(
            values.subarray(group * size, (group + 1) * size),
            groupChannels,
            { columns: 1, groups: 1 },
            grid,
            bits,
          ),
        );
        expect(packTiles(values, groupChannels * groups, { columns: 1, groups }, grid, bits)).toEqual(alone.flat());
      }),
    );
  });

  it("have zero bits, or weights of zero, behind their last weight", () => {
    const cases = fc
      .tuple(widths, fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 8 }))
      .chain(([width, depth, lanes]) =>
        weightsOf(width.grid, width.bits, depth * lanes).map((values) => ({ ...width, depth, lanes, values })),
      );
    fc.assert(
      fc.property(cases, ({ grid, bits, depth, lanes, values }) => {
        const bytes = packTile(lanesOf(values, lanes), grid, bits);
        expect(bytes).toHaveLength(tileBytes(depth, lanes, grid, bits));
        if (grid === "ternary") {
          const whole = 5 * Math.ceil(depth / 5);
          const padding = decodeTile(bytes, whole, lanes, bits, GRID_TERNARY).slice(depth * lanes);
          expect(padding).toEqual(new Array((whole - depth) * lanes).fill(0));
          expect(Math.max(...bytes)).toBeLessThan(3 ** 5);
        } else {
          expect(bytes[bytes.length - 1]).toBeLessThan(2 ** (values.length * bits - 8 * (bytes.length - 1)));
        }
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
    expect(() => packTile([Int8Array.of(weight)], grid, bits)).toThrow(RangeError);
  });

  it("store five ternary weights of a lane in a byte, the first in the lowest digit, lane beside lane", () => {
    const lanes = [Int8Array.of(1, 0, 0, 0, -1, 1), Int8Array.of(-1, -1, -1, -1, -1, -1)];
    const ones = 3 + 9 + 27 + 81;
    expect([...packTile(lanes, "ternary", 2)]).toEqual([2 + 3 + 9 + 27, 0, 2 + ones, ones]);
  });
});
