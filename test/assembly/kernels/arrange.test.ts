import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import type { EngineBuild } from "../../../host/engine-module.ts";
import { SeededRandom } from "../../../tools/random/random.ts";
import { Arena, withGap } from "./arena.ts";
import { compileKernels, type Kernels } from "./compile-kernels.ts";
import { expectBytes } from "./expect-bytes.ts";
import { groupedPanel, wordPanel } from "./panels.ts";
import { LANES } from "./product-case.ts";

const BYTES = `
import {
  PANEL_BYTE_PAIRS, PANEL_LANES, PANEL_OFFSET_QUADS, PANEL_PAIRS, PANEL_QUADS, panelBytes,
} from "./assembly/kernels/panel";
export { wordBytes } from "./assembly/kernels/gemm.swar";
export function lanesBytes(taps: i32, span: i32): i32 { return panelBytes(PANEL_LANES, taps, span); }
export function pairsBytes(taps: i32, span: i32): i32 { return panelBytes(PANEL_PAIRS, taps, span); }
export function bytePairsBytes(taps: i32, span: i32): i32 { return panelBytes(PANEL_BYTE_PAIRS, taps, span); }
export function quadsBytes(taps: i32, span: i32): i32 { return panelBytes(PANEL_QUADS, taps, span); }
export function offsetQuadsBytes(taps: i32, span: i32): i32 { return panelBytes(PANEL_OFFSET_QUADS, taps, span); }`;
const PLAIN = `${BYTES}
export { arrangePairs, arrangeQuads } from "./assembly/kernels/panel";
export { arrangePairsPacked, arrangeQuadsPacked } from "./assembly/kernels/panel.dsp";
export { arrangeWords } from "./assembly/kernels/gemm.swar";`;
const SIMD = `${BYTES}
export { arrangeBytePairs, arrangePairsSimd, arrangeQuadsSimd } from "./assembly/kernels/panel.simd";`;

interface Arranging {
  readonly name: string;
  /** The export, where the name says more. */
  readonly kernel?: string;
  readonly build: EngineBuild;
  readonly source: string;
  readonly bytesOf: string;
  readonly panelOf: (lanes8: Int8Array, taps: number, span: number) => Int8Array | Int16Array | Int32Array;
  /** The offset that arrangeQuadsSimd adds to each weight. */
  readonly offset?: number;
  /** Whether the lanes may be the last bytes of the panel's memory. */
  readonly inPlace?: boolean;
}

function quads(offset: number): Arranging["panelOf"] {
  return (lanes8, taps, span) => Int8Array.from(groupedPanel(lanes8, taps, span, 4, offset));
}
const PLAIN_QUADS = { build: "scalar", source: PLAIN, bytesOf: "quadsBytes", panelOf: quads(0) } as const;
const PAIRS = {
  bytesOf: "pairsBytes",
  panelOf: (lanes8: Int8Array, taps: number, span: number) => Int16Array.from(groupedPanel(lanes8, taps, span, 2)),
};

const KERNELS: readonly Arranging[] = [
  { ...PAIRS, name: "arrangePairs", build: "scalar", source: PLAIN },
  { ...PAIRS, name: "arrangePairsPacked", build: "scalar", source: PLAIN },
  { ...PLAIN_QUADS, name: "arrangeQuads" },
  { ...PLAIN_QUADS, name: "arrangeQuadsPacked", inPlace: true },
  {
    ...{ name: "arrangeWords", build: "scalar", source: PLAIN, bytesOf: "wordBytes", inPlace: true },
    panelOf: (...of) => Int32Array.from(wordPanel(...of)),
  },
  { ...PAIRS, name: "arrangePairsSimd", build: "simd", source: SIMD },
  {
    ...{ name: "arrangeBytePairs", build: "simd", source: SIMD, bytesOf: "bytePairsBytes" },
    panelOf: (...of) => Int8Array.from(groupedPanel(...of, 2)),
  },
  ...[0, 63, 7, 1].map((offset) => ({
    ...{ name: `arrangeQuadsSimd, offset ${offset}`, kernel: "arrangeQuadsSimd" },
    ...{ build: "simd" as const, source: SIMD },
    ...{ bytesOf: offset === 0 ? "quadsBytes" : "offsetQuadsBytes", offset, panelOf: quads(offset) },
  })),
];

/** i8[rows][8]. */
function drawLanes8(seed: number, rows: number, maxWeight: number): Int8Array {
  const random = new SeededRandom(seed);
  return Int8Array.from({ length: rows * LANES }, () => random.integer(2 * maxWeight + 1) - maxWeight);
}

const taps = fc.integer({ min: 1, max: 5 });
const spans = fc.oneof(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 700 }));
const seeds = fc.integer({ min: 1, max: 2 ** 31 - 1 });

describe.each(KERNELS)("$name", ({ name, kernel = name, build, source, bytesOf, panelOf, offset, inPlace }) => {
  let kernels: Kernels;
  beforeAll(async () => {
    kernels = await compileKernels(build, source);
  });

  it.each(inPlace ? [false, true] : [false])("makes its panel, in place: %s", (overLanes) => {
    fc.assert(
      fc.property(taps, spans, seeds, (tapCount, span, seed) => {
        const lanes8 = drawLanes8(seed, tapCount * span, offset || 127);
        const expected = new Uint8Array(panelOf(lanes8, tapCount, span).buffer);
        expect(kernels.call(bytesOf, tapCount, span)).toBe(expected.length);
        const arena = new Arena(kernels);
        const panel = arena.reserve(expected.length);
        const own = panel + expected.length - lanes8.length;
        const from = overLanes ? own : arena.reserve(lanes8.length);
        new Int8Array(kernels.memory.buffer).set(lanes8, from);
        kernels.call(kernel, from, tapCount, span, ...(offset === undefined ? [] : [offset]), panel);
        expectBytes(arena.readBeyond(panel, expected.length), withGap(expected));
      }),
    );
  });
});

it("lanes as they are have the bytes that panelBytes says", async () => {
  const kernels = await compileKernels("scalar", PLAIN);
  fc.assert(
    fc.property(taps, spans, (tapCount, span) => {
      expect(kernels.call("lanesBytes", tapCount, span)).toBe(tapCount * span * LANES);
    }),
  );
});
