import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { Arena, withGap } from "../kernels/arena.ts";
import type { Kernels } from "../kernels/compile-kernels.ts";
import { lanes8Of, type ProductCase, productCases, runProduct } from "../kernels/product-case.ts";
import { compileMvp } from "./compile-mvp.ts";
import { expectedBytes, expectedSums, startingSums } from "./expected-bytes.ts";

const SOURCE = `export { accumulateWords, arrangeWords, gemmWords, wordGroup } from "./assembly/kernels/gemm.swar";`;
const LANES = 8;
/** The largest weight of each width, 8 bits to 1. */
const MAX_WEIGHTS = [127, 63, 31, 15, 7, 3, 1];

let kernels: Kernels;
beforeAll(async () => {
  kernels = await compileMvp(SOURCE);
});

/** The panel's words: arranged out of lanes in memory of their own, or in the last half of the words'. */
function placeWords(arena: Arena, product: ProductCase, inPlace: boolean): number {
  const lanes8 = lanes8Of(product);
  const terms = lanes8.length / LANES;
  if (inPlace) {
    const both = new Int8Array(2 * lanes8.length);
    both.set(lanes8, lanes8.length);
    const words = arena.place(both);
    kernels.call("arrangeWords", words + lanes8.length, words, terms);
    return words;
  }
  const words = arena.reserve(2 * lanes8.length);
  kernels.call("arrangeWords", arena.place(lanes8), words, terms);
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
      65, 131, 266, 550, 1179, 2752, 8256,
    ]);
  });

  it.each(MAX_WEIGHTS)("is the product of int8 rows with weights up to %i", (maxWeight) => {
    const property = fc.property(productCases({ inputLow: -127, inputHigh: 127, maxWeight }), (product) => {
      expect(runWords(product, kernels.call("wordGroup", maxWeight))).toEqual(expectedBytes(product));
    });
    fc.assert(property, { numRuns: 100 });
  });

  it("gives the same for any smaller group", () => {
    const cases = productCases({ inputLow: -127, inputHigh: 127, maxWeight: 127 });
    const property = fc.property(cases, fc.integer({ min: 1, max: 65 }), (product, group) => {
      expect(runWords(product, group)).toEqual(expectedBytes(product));
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
      const lanes8 = lanes8Of(product);
      const words = Int32Array.from(
        { length: lanes8.length / 2 },
        (_, i) => lanes8[2 * i] + lanes8[2 * i + 1] * 2 ** 21,
      );
      const expected = withGap(new Uint8Array(words.buffer));
      for (const inPlace of [false, true]) {
        const arena = new Arena(kernels);
        const panel = placeWords(arena, product, inPlace);
        expect(arena.readBeyond(panel, words.byteLength)).toEqual(expected);
      }
    });
    fc.assert(property);
  });
});
