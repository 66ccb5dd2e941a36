import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { Arena, withGap } from "../kernels/arena.ts";
import type { Kernels } from "../kernels/compile-kernels.ts";
import { lanes8Of, type ProductCase, productCases, runProduct } from "../kernels/product-case.ts";
import { compileMvp } from "./compile-mvp.ts";
import { expectedBytes, expectedSums, startingSums } from "./expected-bytes.ts";

const SOURCE = `export { accumulateWords, arrangeWords, gemmWords, wordBytes, wordGroup } from "./assembly/kernels/gemm.swar";`;
const LANES = 8;
/** The largest weight of each width, 8 bits to 1. */
const MAX_WEIGHTS = [127, 63, 31, 15, 7, 3, 1];

let kernels: Kernels;
beforeAll(async () => {
  kernels = await compileMvp(SOURCE);
});

/** The panel of words: arranged out of lanes in memory of their own, or at the end of the words'. */
function placeWords(arena: Arena, product: ProductCase, inPlace: boolean): number {
  const { taps, span } = product;
  const lanes8 = lanes8Of(product);
  const bytes = kernels.call("wordBytes", taps, span);
  if (inPlace) {
    const both = new Int8Array(bytes);
    both.set(lanes8, bytes - lanes8.length);
    const words = arena.place(both);
    kernels.call("arrangeWords", words + bytes - lanes8.length, taps, span, words);
    return words;
  }
  const words = arena.reserve(bytes);
  kernels.call("arrangeWords", arena.place(lanes8), taps, span, words);
  return words;
}

function expectedWords(product: ProductCase): Int32Array {
  const { taps, span } = product;
  const lanes8 = lanes8Of(product);
  const terms = 2 * Math.ceil(span / 2);
  const words = new Int32Array(taps * terms * 4);
  for (let index = 0; index < lanes8.length; index += 2) {
    const tap = Math.floor(index / LANES / span);
    const term = Math.floor(index / LANES) % span;
    words[(tap * terms + term) * 4 + (index % LANES) / 2] = lanes8[index] + lanes8[index + 1] * 2 ** 21;
  }
  return words;
}

function runWords(product: ProductCase, group: number): Uint8Array {
  const arena = new Arena(kernels);
  const input = arena.place(Int8Array.from(product.input), 1);
  return runProduct(kernels, arena, "gemmWords", product, input, placeWords(arena, product, false), group);
}

/** A product whose every element and weight is one number: the largest sums that there are. */
function constantProduct(span: number, columns: number, value: number, weight: number): ProductCase {
  return {
    input: Array.from({ length: columns + span }, () => value),
    weights: Array.from({ length: span * LANES }, (_, index) => (index % 2 === 0 ? weight : -weight)),
    multipliers: Array.from({ length: LANES }, () => 1 << 20),
    biases: Array.from({ length: LANES }, (_, lane) => lane),
    ...{ columnStep: 1, taps: 1, tapStep: 0, span, columns, lanes: LANES, outStep: LANES, low: -127 },
    shift: 20 + Math.ceil(Math.log2(span * Math.abs(weight))),
  };
}

describe("gemmWords", () => {
  it("flushes before a field is full, and as late as that", () => {
    expect(MAX_WEIGHTS.map((weight) => kernels.call("wordGroup", weight))).toEqual([
      64, 130, 266, 550, 1178, 2752, 8256,
    ]);
  });

  it.each(MAX_WEIGHTS)("is the product of int8 rows with weights up to %i", (maxWeight) => {
    const property = fc.property(productCases({ inputLow: -127, inputHigh: 127, maxWeight }), (product) => {
      expect(runWords(product, kernels.call("wordGroup", maxWeight))).toEqual(expectedBytes(product));
    });
    fc.assert(property, { numRuns: 100 });
  });

  it("gives the same for any smaller even group", () => {
    const cases = productCases({ inputLow: -127, inputHigh: 127, maxWeight: 127 });
    const property = fc.property(cases, fc.integer({ min: 1, max: 32 }), (product, halfGroup) => {
      expect(runWords(product, 2 * halfGroup)).toEqual(expectedBytes(product));
    });
    fc.assert(property);
  });

  it.each(MAX_WEIGHTS)("holds the largest sums around each flush with weights of %i", (weight) => {
    const group = kernels.call("wordGroup", weight);
    for (const span of [1, group - 1, group, group + 1, 2 * group, 2 * group + 1]) {
      for (const value of [127, -127]) {
        for (const columns of [1, 2]) {
          const product = constantProduct(span, columns, value, weight);
          expect(runWords(product, group)).toEqual(expectedBytes(product));
        }
      }
    }
  });

  it("accumulates one row for a dense layer", () => {
    const property = fc.property(productCases({ inputLow: -127, inputHigh: 127, maxWeight: 127 }), (drawn) => {
      const product = { ...drawn, taps: 1, weights: drawn.weights.slice(0, drawn.span * drawn.lanes) };
      const arena = new Arena(kernels);
      const input = arena.place(Int8Array.from(product.input), 1);
      const sums = arena.place(startingSums(product));
      const panel = placeWords(arena, product, false);
      kernels.call("accumulateWords", input, product.span, panel, kernels.call("wordGroup", 127), sums);
      expect(arena.readBeyond(sums, 32)).toEqual(expectedSums(product));
    });
    fc.assert(property);
  });

  it("arranges words over the lanes they are made of", () => {
    const property = fc.property(productCases({ inputLow: 0, inputHigh: 0, maxWeight: 127 }), (product) => {
      const expected = withGap(new Uint8Array(expectedWords(product).buffer));
      for (const inPlace of [false, true]) {
        const arena = new Arena(kernels);
        const panel = placeWords(arena, product, inPlace);
        expect(arena.readBeyond(panel, kernels.call("wordBytes", product.taps, product.span))).toEqual(expected);
      }
    });
    fc.assert(property);
  });
});
