import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { Arena } from "../kernels/arena.ts";
import { compileKernels, type Kernels } from "../kernels/compile-kernels.ts";
import { expectedBytes, lanes8Of, type ProductCase, productCases, runProduct } from "../kernels/product-case.ts";
import { expectedSums, startingSums } from "./sums.ts";

const SOURCE = `
import { gemm } from "./assembly/kernels/gemm";
import { Product } from "./assembly/kernels/product";
import { I8View, I16View } from "./assembly/views";
export { accumulate } from "./assembly/kernels/dense";
export function gemmInt8(product: Product): void { gemm<I8View>(product); }
export function gemmInt16(product: Product): void { gemm<I16View>(product); }
`;

let kernels: Kernels;
beforeAll(async () => {
  kernels = await compileKernels("scalar", SOURCE);
});

describe("gemm", () => {
  it.each([
    { kernel: "gemmInt8", Input: Int8Array, limits: { inputLow: -128, inputHigh: 127, maxWeight: 127 } },
    {
      kernel: "gemmInt16",
      Input: Int16Array,
      limits: { inputLow: -32768, inputHigh: 32767, maxWeight: 127, maxSpan: 100 },
    },
  ])("$kernel is the product of its rows", ({ kernel, Input, limits }) => {
    const property = fc.property(productCases(limits), (product: ProductCase) => {
      const arena = new Arena(kernels);
      const input = arena.place(Input.from(product.input), 2);
      const panel = arena.place(lanes8Of(product));
      expect(runProduct(kernels, arena, kernel, product, input, panel)).toEqual(expectedBytes(product));
    });
    fc.assert(property, { numRuns: 200 });
  });

  it("accumulates one row for a dense layer", () => {
    const limits = { inputLow: -128, inputHigh: 127, maxWeight: 127 };
    const property = fc.property(productCases(limits), (drawn) => {
      const product = { ...drawn, taps: 1, weights: drawn.weights.slice(0, drawn.span * drawn.lanes) };
      const arena = new Arena(kernels);
      const input = arena.place(Int8Array.from(product.input), 1);
      const sums = arena.place(startingSums(product));
      kernels.call("accumulate", input, product.span, arena.place(lanes8Of(product)), sums);
      expect(arena.readBeyond(sums, 32)).toEqual(expectedSums(product));
    });
    fc.assert(property);
  });
});
