import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { Arena, CANARY, withGap } from "../kernels/arena.ts";
import { compileKernels, type Kernels } from "../kernels/compile-kernels.ts";
import { lanes8Of, type ProductCase, productCases, runProduct } from "../kernels/product-case.ts";

const PLAIN = `export { depthwiseConv1d } from "./assembly/kernels/depthwise-conv1d";`;
const SIMD = `export { depthwiseConv1dSimd } from "./assembly/kernels/depthwise-conv1d.simd";`;

/** Tiles of a layer: `channels` wide rows, the first lane at `firstChannel`, stride and dilation in rows. */
const cases = fc
  .record({
    channels: fc.integer({ min: 1, max: 40 }),
    stride: fc.integer({ min: 1, max: 3 }),
    dilation: fc.integer({ min: 1, max: 4 }),
    taps: fc.integer({ min: 1, max: 17 }),
    drawn: productCases({ inputLow: -127, inputHigh: 127, maxWeight: 127, maxSpan: 1 }),
    seed: fc.infiniteStream(fc.constantFrom(-127, 127, -1, 0, 1, 100, -37, 64)),
  })
  .map(({ channels, stride, dilation, taps, drawn, seed }): ProductCase => {
    const draw = (length: number): number[] => Array.from({ length }, () => seed.next().value as number);
    const lanes = Math.min(channels, drawn.lanes);
    const rows = (drawn.columns - 1) * stride + (taps - 1) * dilation + 1;
    return {
      ...drawn,
      ...{ span: 1, taps, lanes, columnStep: stride * channels, tapStep: dilation * channels },
      input: draw(rows * channels + 7),
      weights: draw(taps * lanes),
      // Results fit an i32 for sums of up to 17 * 127 * 127 + 1,000,000 (the largest bias) < 2^21.
      multipliers: drawn.multipliers.map((multiplier) => Math.min(multiplier, 2 ** (10 + drawn.shift) - 1)),
    };
  });

/** The formula of kernels/depthwise-conv1d.ts, in BigInt; canaries between the columns and behind. */
function expectedBytes(product: ProductCase): Uint8Array {
  const { columns, lanes, taps, columnStep, tapStep, outStep, shift } = product;
  const bytes = new Int8Array((columns - 1) * outStep + lanes).fill(CANARY);
  for (let column = 0; column < columns; column++) {
    for (let lane = 0; lane < lanes; lane++) {
      let sum = product.biases[lane];
      for (let tap = 0; tap < taps; tap++) {
        sum += product.input[column * columnStep + tap * tapStep + lane] * product.weights[tap * lanes + lane];
      }
      const scaled = BigInt(sum) * BigInt(product.multipliers[lane]) + (1n << BigInt(shift - 1));
      const value = Number(scaled >> BigInt(shift));
      bytes[column * outStep + lane] = Math.min(Math.max(value, product.low), 127);
    }
  }
  return withGap(new Uint8Array(bytes.buffer));
}

describe.each([
  { kernel: "depthwiseConv1d", compile: () => compileKernels("scalar", PLAIN) },
  { kernel: "depthwiseConv1dSimd", compile: () => compileKernels("simd", SIMD) },
])("$kernel", ({ kernel, compile }) => {
  let kernels: Kernels;
  beforeAll(async () => {
    kernels = await compile();
  });

  it("filters each channel by itself", () => {
    const property = fc.property(cases, fc.nat({ max: 15 }), (product, misalignment) => {
      const arena = new Arena(kernels);
      const input = arena.place(Int8Array.from(product.input), misalignment);
      const panel = arena.place(lanes8Of(product));
      expect(runProduct(kernels, arena, kernel, product, input, panel)).toEqual(expectedBytes(product));
    });
    fc.assert(property, { numRuns: 400 });
  });
});
