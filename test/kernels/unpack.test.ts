import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { GRID_MID_RISE, GRID_MID_TREAD, GRID_TERNARY } from "../../assembly/shared/ops.ts";
import { SeededRandom } from "../../tools/data/random.ts";
import { Arena, withGap } from "./arena.ts";
import { compileKernels, type KernelBuild, type Kernels } from "./compile-kernels.ts";
import { LANES } from "./product-case.ts";

const SOURCES: Readonly<Record<string, string>> = {
  scalar: `export { packedBytes, unpack } from "./assembly/kernels/unpack";
    export { arrangePairs, arrangeQuads, panelBytes, PANEL_PAIRS, PANEL_QUADS } from "./assembly/kernels/panel";`,
  simd: `export { packedBytes } from "./assembly/kernels/unpack";
    export { unpackSimd as unpack } from "./assembly/kernels/unpack.simd";
    export { arrangePairsSimd as arrangePairs, arrangeQuadsSimd } from "./assembly/kernels/panel.simd";
    export { panelBytes } from "./assembly/kernels/panel";
    import { arrangeQuadsSimd } from "./assembly/kernels/panel.simd";
    import { I8View } from "./assembly/views";
    export function arrangeQuads(lanes8: I8View, taps: i32, span: i32, panel: I8View): void {
      arrangeQuadsSimd(lanes8, taps, span, 0, panel);
    }`,
};
const PANEL_PAIRS = 1;
const PANEL_QUADS = 2;
const PANEL_OFFSET_QUADS = 3;

const WIDTHS = [
  ...[2, 3, 4, 5, 6, 7, 8].map((bits) => ({ name: `${bits}-bit mid-tread`, bits, grid: GRID_MID_TREAD })),
  ...[1, 2, 3].map((bits) => ({ name: `${bits}-bit mid-rise`, bits, grid: GRID_MID_RISE })),
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

describe.each(["scalar", "simd"] satisfies KernelBuild[])("%s", (build) => {
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
        expect(arena.readBeyond(lanes8, expected.length)).toEqual(withGap(new Uint8Array(expected.buffer)));
      }),
    );
  });

  /** [taps][ceil(span / size)][8][size], `offset` on each weight of a span, zeros behind it. */
  function grouped(lanes8: Int8Array, taps: number, span: number, size: number, offset: number): number[] {
    const panel: number[] = [];
    for (let tap = 0; tap < taps; tap++) {
      for (let first = 0; first < span; first += size) {
        for (let lane = 0; lane < LANES; lane++) {
          for (let row = first; row < first + size; row++) {
            panel.push(row < span ? lanes8[(tap * span + row) * LANES + lane] + offset : 0);
          }
        }
      }
    }
    return panel;
  }

  const panels = [
    { name: "pairs", kind: PANEL_PAIRS, size: 2, run: "arrangePairs", offset: [] },
    { name: "quads", kind: PANEL_QUADS, size: 4, run: "arrangeQuads", offset: [] },
    { name: "offset quads", kind: PANEL_OFFSET_QUADS, size: 4, run: "arrangeQuadsSimd", offset: [63] },
  ].filter(({ run }) => SOURCES[build].includes(run));
  it.each(panels)("arranges $name", ({ kind, size, run, offset }) => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 40 }), seeds, (taps, span, seed) => {
        const legal = legalWeights(offset.length === 0 ? 8 : 7, GRID_MID_TREAD);
        const lanes8 = Int8Array.from(drawWeights(seed, taps * span * LANES, legal));
        const values = grouped(lanes8, taps, span, size, offset[0] ?? 0);
        const expected = kind === PANEL_PAIRS ? Int16Array.from(values) : Int8Array.from(values);
        expect(kernels.call("panelBytes", kind, taps, span)).toBe(expected.byteLength);
        const arena = new Arena(kernels);
        const panel = arena.reserve(expected.byteLength);
        kernels.call(run, arena.place(lanes8), taps, span, ...offset, panel);
        expect(arena.readBeyond(panel, expected.byteLength)).toEqual(withGap(new Uint8Array(expected.buffer)));
      }),
    );
  });
});
