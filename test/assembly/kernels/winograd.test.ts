import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { draws } from "../../properties/draws.ts";
import { Arena, withGap } from "./arena.ts";
import { compileKernels, type Kernels } from "./compile-kernels.ts";
import {
  expectedBytes,
  fillShape,
  lanes8Of,
  type ProductCase,
  type ProductLimits,
  runProduct,
} from "./product-case.ts";

const SOURCE = `
export { winogradFits, winogradPanelBytes, winogradScratchBytes } from "./assembly/kernels/winograd.simd";
export { winogradTransform } from "./assembly/kernels/winograd-input.simd";
export { arrangeWinograd } from "./assembly/kernels/winograd-panel.simd";
export { gemmWinograd } from "./assembly/kernels/gemm-winograd.simd";
`;
const QUADS_SOURCE = `
export {
  winogradQuadsFits, winogradQuadsPanelBytes, winogradQuadsScratchBytes,
} from "./assembly/kernels/winograd-quads.relaxed";
export { winogradQuadsTransform } from "./assembly/kernels/winograd-quads-input.relaxed";
export { arrangeWinogradQuads } from "./assembly/kernels/winograd-quads-panel.relaxed";
export { gemmWinogradQuads } from "./assembly/kernels/gemm-winograd-quads.relaxed";
`;
const INT8 = { inputLow: -128, inputHigh: 127, maxWeight: 127 };

const GEOMETRIES = [
  { kernel: 3, stride: 1 },
  { kernel: 5, stride: 1 },
  { kernel: 6, stride: 1 },
  { kernel: 7, stride: 1 },
  { kernel: 5, stride: 2 },
  { kernel: 6, stride: 2 },
  { kernel: 7, stride: 2 },
  { kernel: 11, stride: 2 },
  { kernel: 13, stride: 2 },
  { kernel: 13, stride: 3 },
  { kernel: 16, stride: 3 },
  { kernel: 17, stride: 3 },
  { kernel: 19, stride: 4 },
];

/** A conv1d's product, its channels in vectors of so many. */
function convCases(
  kernel: number,
  stride: number,
  vector: number,
  limits: ProductLimits,
): fc.Arbitrary<{ product: ProductCase; input: Int8Array }> {
  const shapes = fc.record({
    columns: fc.integer({ min: 1, max: 40 }),
    vectors: fc.integer({ min: 1, max: 4 }),
    lanes: fc.oneof(fc.constant(8), fc.integer({ min: 1, max: 8 })),
    shift: fc.integer({ min: 1, max: 62 }),
    positive: fc.boolean(),
    high: fc.constant(127),
    seed: fc.integer({ min: 1, max: 2 ** 31 - 1 }),
    values: fc.constantFrom("any" as const, "ends" as const, "top" as const),
  });
  return shapes.map(({ vectors, ...rest }) => {
    const channels = vector * vectors;
    const [columnStep, span] = [stride * channels, kernel * channels];
    const product = fillShape({ ...rest, taps: 1, span, columnStep, tapStep: 0, outGap: 2 }, limits);
    // What is read behind the last span may be anything.
    const behind = Array.from({ length: 7 * columnStep }, (_, index) => ((index * 37) % 256) - 128);
    return { product, input: Int8Array.from([...product.input.slice(0, -8), ...behind]) };
  });
}

/** Reserves a block and returns its address with a check that nothing was written behind it. */
function guarded(arena: Arena, bytes: number): { address: number; expectIntact: () => void } {
  const address = arena.reserve(bytes);
  const expectIntact = (): void => {
    expect([...arena.readBeyond(address, bytes).slice(bytes)]).toEqual([...withGap(new Uint8Array(0))]);
  };
  return { address, expectIntact };
}

let kernels: Kernels;
let relaxed: Kernels;
beforeAll(async () => {
  kernels = await compileKernels("simd", SOURCE);
  relaxed = await compileKernels("relaxed", QUADS_SOURCE);
});

describe("winograd", () => {
  it.each(GEOMETRIES)("is the product of a conv1d with kernel $kernel, stride $stride", ({ kernel, stride }) => {
    fc.assert(
      fc.property(convCases(kernel, stride, 8, INT8), ({ product, input }) => {
        const { columnStep, span, columns } = product;
        expect(kernels.call("winogradFits", columnStep, span, INT8.maxWeight)).toBe(1);
        const arena = new Arena(kernels);
        const panel = guarded(arena, kernels.call("winogradPanelBytes", columnStep, span));
        const scratch = guarded(arena, kernels.call("winogradScratchBytes", columnStep, span, columns));
        kernels.call("arrangeWinograd", arena.place(lanes8Of(product)), columnStep, span, panel.address);
        kernels.call("winogradTransform", arena.place(input, 5), columnStep, span, columns, scratch.address);
        const made = runProduct(kernels, arena, "gemmWinograd", product, 0, panel.address, scratch.address);
        expect(made).toEqual(expectedBytes(product));
        panel.expectIntact();
        scratch.expectIntact();
      }),
      { numRuns: draws(100) },
    );
  });

  it("refuses what would overflow or leave half a vector", () => {
    const fits = (kernel: number, channels: number, maxWeight: number): boolean =>
      kernels.call("winogradFits", channels, kernel * channels, maxWeight) === 1;
    // 24 y: 24 * 6 taps * channels * 128 * 127.
    expect(fits(7, 912, 127)).toBe(true);
    expect(fits(7, 920, 127)).toBe(false);
    expect(fits(3, 1024, 127)).toBe(true);
    expect(fits(7, 1024, 63)).toBe(true);
    expect(fits(7, 12, 127)).toBe(false);
    expect(fits(8, 32, 127)).toBe(false);
    expect(fits(2, 32, 127)).toBe(false);
  });
});

describe("winograd in bytes", () => {
  const filled = GEOMETRIES.filter(({ kernel, stride }) =>
    kernel <= 5 * stride ? kernel >= 3 * stride : kernel === 7,
  );
  const cases = filled.flatMap((geometry) => [7, 3, 1].map((maxWeight) => ({ ...geometry, maxWeight })));
  it.each(cases)("is a conv1d of kernel $kernel, stride $stride, weights to $maxWeight", (drawn) => {
    const { kernel, stride, maxWeight } = drawn;
    const limits = { inputLow: 0, inputHigh: 127, maxWeight };
    fc.assert(
      fc.property(convCases(kernel, stride, 16, limits), ({ product, input }) => {
        const { columnStep, span, columns } = product;
        expect(relaxed.call("winogradQuadsFits", columnStep, span, maxWeight)).toBe(1);
        const arena = new Arena(relaxed);
        const panel = guarded(arena, relaxed.call("winogradQuadsPanelBytes", columnStep, span));
        const scratch = guarded(arena, relaxed.call("winogradQuadsScratchBytes", columnStep, span, columns));
        const rows = arena.place(input, 5);
        relaxed.call(
          "arrangeWinogradQuads",
          arena.place(lanes8Of(product)),
          columnStep,
          span,
          maxWeight,
          panel.address,
        );
        relaxed.call("winogradQuadsTransform", rows, columnStep, span, columns, maxWeight, scratch.address);
        const more = [maxWeight, scratch.address];
        const made = runProduct(relaxed, arena, "gemmWinogradQuads", product, rows, panel.address, ...more);
        expect(made).toEqual(expectedBytes(product));
        panel.expectIntact();
        scratch.expectIntact();
      }),
      { numRuns: draws(60) },
    );
  });

  it("is exact with as many channels as it takes", () => {
    const limits = { inputLow: 0, inputHigh: 127, maxWeight: 7 };
    const shape = {
      columns: 9,
      taps: 1,
      span: 7 * 640,
      columnStep: 640,
      tapStep: 0,
      lanes: 8,
      outGap: 0,
      shift: 40,
      positive: false,
      high: 127,
    };
    for (const values of ["any", "ends", "top"] as const) {
      for (let seed = 1; seed <= 6; seed++) {
        const product = fillShape({ ...shape, seed, values }, limits);
        const arena = new Arena(relaxed);
        const panel = arena.reserve(relaxed.call("winogradQuadsPanelBytes", 640, shape.span));
        const scratch = arena.reserve(relaxed.call("winogradQuadsScratchBytes", 640, shape.span, shape.columns));
        const rows = arena.place(Int8Array.from([...product.input, ...Array(7 * 640).fill(-128)]));
        relaxed.call("arrangeWinogradQuads", arena.place(lanes8Of(product)), 640, shape.span, 7, panel);
        relaxed.call("winogradQuadsTransform", rows, 640, shape.span, shape.columns, 7, scratch);
        const made = runProduct(relaxed, arena, "gemmWinogradQuads", product, rows, panel, 7, scratch);
        expect(made).toEqual(expectedBytes(product));
      }
    }
    expect(relaxed.call("winogradQuadsFits", 640, 7 * 640, 7)).toBe(1);
    expect(relaxed.call("winogradQuadsFits", 656, 7 * 656, 7)).toBe(0);
    expect(relaxed.call("winogradQuadsFits", 640, 7 * 640, 8)).toBe(0);
    expect(relaxed.call("winogradQuadsFits", 8, 7 * 8, 7)).toBe(0);
    expect(relaxed.call("winogradQuadsFits", 32, 6 * 32, 7)).toBe(0);
    expect(relaxed.call("winogradQuadsFits", 32, 5 * 16, 7)).toBe(0);
  });
});
