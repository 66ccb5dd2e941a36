import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { GRID_MID_RISE, GRID_MID_TREAD, GRID_TERNARY } from "../../../assembly/shared/ops.ts";
import { SeededRandom } from "../../../tools/random/random.ts";
import { Arena, withGap } from "./arena.ts";
import { compileKernels, type Kernels } from "./compile-kernels.ts";
import { expectBytes } from "./expect-bytes.ts";
import { LANES } from "./product-case.ts";

const SOURCES = {
  scalar: `export { packedBytes, unpack } from "./assembly/kernels/unpack";
    export { unpackPlanes } from "./assembly/kernels/unpack-planes";`,
  simd: `export { packedBytes } from "./assembly/kernels/unpack";
    export { unpackSimd as unpack } from "./assembly/kernels/unpack.simd";
    export { unpackPlanesSimd as unpackPlanes } from "./assembly/kernels/unpack-planes.simd";`,
};

const WIDTHS = [
  ...[2, 3, 4, 5, 6, 7, 8].map((bits) => ({ name: `${bits}-bit mid-tread`, bits, grid: GRID_MID_TREAD })),
  ...[1, 2, 3, 4, 5, 6, 7].map((bits) => ({ name: `${bits}-bit mid-rise`, bits, grid: GRID_MID_RISE })),
  { name: "ternary", bits: 2, grid: GRID_TERNARY },
];

/** Packs [count][lanes] weights as FORMAT.md has it. */
function packTile(weights: readonly number[], lanes: number, bits: number, grid: number): Uint8Array {
  const count = weights.length / lanes;
  if (grid === GRID_TERNARY) {
    const bytes = new Uint8Array(Math.ceil(count / 5) * lanes);
    for (let at = 0; at < bytes.length; at++) {
      const [group, lane] = [Math.floor(at / lanes), at % lanes];
      for (let digit = 0; digit < 5; digit++) {
        const row = 5 * group + digit;
        bytes[at] += ((row < count ? weights[row * lanes + lane] : 0) + 1) * 3 ** digit;
      }
    }
    return bytes;
  }
  const bytes = new Uint8Array(Math.ceil((weights.length * bits) / 8));
  weights.forEach((weight, index) => {
    const code = grid === GRID_MID_RISE ? (weight + 2 ** bits - 1) / 2 : weight;
    for (let bit = 0; bit < bits; bit++) {
      const position = index * bits + bit;
      bytes[position >> 3] |= ((code >> bit) & 1) << (position & 7);
    }
  });
  return bytes;
}

function legalWeights(bits: number, grid: number): number[] {
  if (grid === GRID_TERNARY) return [-1, 0, 1];
  if (grid === GRID_MID_RISE) return Array.from({ length: 2 ** bits }, (_, code) => 2 * code - (2 ** bits - 1));
  const limit = 2 ** (bits - 1) - 1;
  return Array.from({ length: 2 * limit + 1 }, (_, index) => index - limit);
}

function drawWeights(seed: number, count: number, legal: readonly number[]): number[] {
  const random = new SeededRandom(seed);
  return Array.from({ length: count }, () => legal[random.integer(legal.length)]);
}

const seeds = fc.integer({ min: 1, max: 2 ** 31 - 1 });

describe.each(["scalar", "simd"] as const)("%s", (build) => {
  let kernels: Kernels;
  beforeAll(async () => {
    kernels = await compileKernels(build, SOURCES[build]);
  });

  it.each(WIDTHS)("unpacks $name tiles", ({ bits, grid }) => {
    const legal = legalWeights(bits, grid);
    const lanesOf = fc.oneof(fc.constant(LANES), fc.integer({ min: 1, max: LANES }));
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 90 }), lanesOf, seeds, (count, lanes, seed) => {
        const weights = drawWeights(seed, count * lanes, legal);
        const packed = packTile(weights, lanes, bits, grid);
        expect(kernels.call("packedBytes", count, lanes, bits, grid)).toBe(packed.length);
        const expected = new Int8Array(count * LANES);
        weights.forEach((weight, index) => {
          expected[Math.floor(index / lanes) * LANES + (index % lanes)] = weight;
        });
        const arena = new Arena(kernels);
        const lanes8 = arena.reserve(expected.length);
        kernels.call("unpack", arena.place(packed), lanes8, count, lanes, bits, grid);
        expectBytes(arena.readBeyond(lanes8, expected.length), withGap(new Uint8Array(expected.buffer)));
      }),
    );
  });

  it.each([1, 2, 3, 4, 5, 6, 7])("unpacks tiles of %i bit planes", (bits) => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 90 }), seeds, (count, seed) => {
        const weights = drawWeights(seed, count * LANES, legalWeights(bits, GRID_MID_RISE));
        const planes = new Uint8Array(bits * count);
        weights.forEach((weight, index) => {
          const code = (weight + 2 ** bits - 1) / 2;
          for (let plane = 0; plane < bits; plane++) {
            const bit = (code >> (bits - 1 - plane)) & 1;
            planes[plane * count + Math.floor(index / LANES)] |= bit << (index % LANES);
          }
        });
        const arena = new Arena(kernels);
        const lanes8 = arena.reserve(weights.length);
        kernels.call("unpackPlanes", arena.place(planes), lanes8, count, bits);
        expectBytes(arena.readBeyond(lanes8, weights.length), withGap(Uint8Array.from(weights)));
      }),
    );
  });
});
