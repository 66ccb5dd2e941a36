import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { Arena, withGap } from "../kernels/arena.ts";
import { compileKernels, type Kernels } from "../kernels/compile-kernels.ts";
import { expectedBytes, LANES, lanes8Of, type ProductCase, productCases, runProduct } from "../kernels/product-case.ts";
import { compileDsp } from "./compile-dsp.ts";
import { expectedSums, startingSums } from "./sums.ts";

const SOURCE = `
import { accumulatePacked, gemmPacked } from "./assembly/kernels/gemm.dsp";
import { Product } from "./assembly/kernels/product";
import { I32View } from "./assembly/views";
export { arrangeQuadsPacked } from "./assembly/kernels/panel.dsp";
export function gemmInt8(product: Product): void { gemmPacked<i8>(product); }
export function gemmInt16(product: Product): void { gemmPacked<i16>(product); }
export function accumulateInt8(input: i32, span: i32, panel: i32, sums: I32View): void {
  accumulatePacked<i8>(input, span, panel, sums);
}
export function accumulateInt16(input: i32, span: i32, panel: i32, sums: I32View): void {
  accumulatePacked<i16>(input, span, panel, sums);
}
`;
const TYPES = [
  { type: "Int8", Elements: Int8Array, limits: { inputLow: -128, inputHigh: 127, maxWeight: 127 } },
  { type: "Int16", Elements: Int16Array, limits: { inputLow: -32768, inputHigh: 32767, maxWeight: 127, maxSpan: 100 } },
];

let builds: Map<boolean, Kernels>;
beforeAll(async () => {
  builds = new Map([
    [false, await compileKernels("scalar", SOURCE)],
    [true, await compileDsp(SOURCE)],
  ]);
});

/** The weights [tap][word][lane][element of the word], zero behind a run, as the input's type. */
function packedPanel(product: ProductCase, Elements: typeof Int8Array | typeof Int16Array): Int8Array | Int16Array {
  const perWord = 4 / Elements.BYTES_PER_ELEMENT;
  const words = Math.ceil(product.span / perWord);
  const lanes8 = lanes8Of(product);
  const panel = new Elements(product.taps * words * LANES * perWord);
  for (let index = 0; index < lanes8.length; index++) {
    const tap = Math.floor(index / LANES / product.span);
    const element = Math.floor(index / LANES) % product.span;
    const word = tap * words + Math.floor(element / perWord);
    panel[(word * LANES + (index % LANES)) * perWord + (element % perWord)] = lanes8[index];
  }
  return panel;
}

describe.each([
  { body: "software", intrinsics: false },
  { body: "imported", intrinsics: true },
])("gemmPacked with $body multiplies", ({ intrinsics }) => {
  it.each(TYPES)("is the product of $type rows", ({ type, Elements, limits }) => {
    const kernels = builds.get(intrinsics) as Kernels;
    const property = fc.property(productCases(limits), fc.nat({ max: 3 }), (product, misalignment) => {
      const arena = new Arena(kernels);
      const input = arena.place(Elements.from(product.input), misalignment * Elements.BYTES_PER_ELEMENT);
      const panel = arena.place(packedPanel(product, Elements));
      expect(runProduct(kernels, arena, `gemm${type}`, product, input, panel)).toEqual(expectedBytes(product));
    });
    fc.assert(property, { numRuns: 200 });
  });

  it.each(TYPES)("accumulates one row of $type", ({ type, Elements, limits }) => {
    const kernels = builds.get(intrinsics) as Kernels;
    const property = fc.property(productCases(limits), (drawn) => {
      const product = { ...drawn, taps: 1, weights: drawn.weights.slice(0, drawn.span * drawn.lanes) };
      const arena = new Arena(kernels);
      const input = arena.place(Elements.from(product.input), 2);
      const sums = arena.place(startingSums(product));
      kernels.call(`accumulate${type}`, input, product.span, arena.place(packedPanel(product, Elements)), sums);
      expect(arena.readBeyond(sums, 32)).toEqual(expectedSums(product));
    });
    fc.assert(property);
  });
});

it("arrangeQuadsPacked makes the panel of int8 rows, also over the lanes that it is made of", () => {
  const kernels = builds.get(false) as Kernels;
  const property = fc.property(productCases(TYPES[0].limits), fc.boolean(), (product, inPlace) => {
    const expected = new Uint8Array(packedPanel(product, Int8Array).buffer);
    const lanes8 = lanes8Of(product);
    const arena = new Arena(kernels);
    const panel = arena.reserve(expected.length);
    const from = inPlace ? panel + expected.length - lanes8.length : arena.reserve(lanes8.length);
    new Int8Array(kernels.memory.buffer).set(lanes8, from);
    kernels.call("arrangeQuadsPacked", from, product.taps, product.span, panel);
    expect(arena.readBeyond(panel, expected.length)).toEqual(withGap(expected));
  });
  fc.assert(property, { numRuns: 200 });
});
