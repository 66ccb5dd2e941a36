import fc from "fast-check";
import { beforeAll, describe, it } from "vitest";
import { draws } from "../../properties/draws.ts";
import { Arena } from "./arena.ts";
import { compileKernels, type Kernels } from "./compile-kernels.ts";
import { expectBytes } from "./expect-bytes.ts";
import { expectedBytes, fillShape, LANES, lanes8Of, type ProductCase, runProduct } from "./product-case.ts";

const KERNELS = [
  {
    build: "scalar",
    source: `export { depthwiseConv1d } from "./assembly/kernels/depthwise-conv1d";`,
  },
  {
    build: "simd",
    source: `export { depthwiseConv1dSimd as depthwiseConv1d } from "./assembly/kernels/depthwise-conv1d.simd";`,
  },
] as const;

/** Tiles of a layer: rows of `channels`, the first lane at a row's start, stride and dilation in rows. */
const cases = fc
  .record({
    channels: fc.integer({ min: 1, max: 40 }),
    stride: fc.integer({ min: 1, max: 3 }),
    dilation: fc.integer({ min: 1, max: 4 }),
    taps: fc.integer({ min: 1, max: 17 }),
    columns: fc.integer({ min: 1, max: 14 }),
    mostLanes: fc.oneof(fc.constant(LANES), fc.integer({ min: 1, max: LANES })),
    outGap: fc.integer({ min: 0, max: 9 }),
    shift: fc.integer({ min: 1, max: 62 }),
    positive: fc.boolean(),
    high: fc.constant(127),
    seed: fc.integer({ min: 1, max: 2 ** 31 - 1 }),
    values: fc.constantFrom("any" as const, "ends" as const, "top" as const),
  })
  .map(({ channels, stride, dilation, mostLanes, ...rest }) => {
    const steps = { columnStep: stride * channels, tapStep: dilation * channels };
    const shape = { ...rest, ...steps, span: 1, lanes: Math.min(channels, mostLanes) };
    return fillShape(shape, { inputLow: -128, inputHigh: 127, maxWeight: 127 });
  });

/** As kernels/depthwise-conv1d.ts has it: a lane's weights meet its own channel. */
function depthwiseDotOf(
  { input, weights, columnStep, tapStep, taps, lanes }: ProductCase,
  column: number,
  lane: number,
): number {
  let sum = 0;
  for (let tap = 0; tap < taps; tap++) {
    sum += input[column * columnStep + tap * tapStep + lane] * weights[tap * lanes + lane];
  }
  return sum;
}

describe.each(KERNELS)("depthwiseConv1d, $build build", ({ build, source }) => {
  let kernels: Kernels;
  beforeAll(async () => {
    kernels = await compileKernels(build, source);
  });

  it("filters each channel by itself", () => {
    const property = fc.property(cases, fc.nat({ max: 15 }), (product, misalignment) => {
      const arena = new Arena(kernels);
      const input = arena.place(Int8Array.from(product.input), misalignment);
      const panel = arena.place(lanes8Of(product));
      const made = runProduct(kernels, arena, "depthwiseConv1d", product, input, panel);
      expectBytes(made, expectedBytes(product, depthwiseDotOf));
    });
    fc.assert(property, { numRuns: draws(300) });
  });
});
