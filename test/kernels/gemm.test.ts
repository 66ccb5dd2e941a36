import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { Arena, withGap } from "./arena.ts";
import { compileKernels, type Kernels } from "./compile-kernels.ts";
import { dotOf, expectedBytes, lanes8Of, type ProductCase, productCases, runProduct } from "./product-case.ts";

const SOURCE = `
export { accumulatePairs, gemmPairs, widen } from "./assembly/kernels/gemm.simd";
export { arrangePairsSimd } from "./assembly/kernels/panel.simd";
export { PANEL_PAIRS, panelBytes } from "./assembly/kernels/panel";
`;

const INT8 = { inputLow: -127, inputHigh: 127, maxWeight: 127 };
/** 5 taps of 100 elements: 500 * 32768 * 127 is still below 2^31. */
const INT16 = { inputLow: -32768, inputHigh: 32767, maxWeight: 127, maxSpan: 100 };

const RELAXED_SOURCE = `
export {
  accumulateQuads, gemmOffsetQuads, gemmQuads, offsetQuadGroup, quadGroup,
} from "./assembly/kernels/gemm.relaxed";
export { columnCorrections } from "./assembly/kernels/column-corrections.simd";
export { arrangeQuadsSimd } from "./assembly/kernels/panel.simd";
`;

let kernels: Kernels;
let relaxed: Kernels;
beforeAll(async () => {
  kernels = await compileKernels("simd", SOURCE);
  relaxed = await compileKernels("relaxed", RELAXED_SOURCE);
});

/** `group` steps of 254 * maxWeight fit an i16. */
const QUADS = [127, 63, 31, 15, 7, 3, 1].map((maxWeight) => ({
  maxWeight,
  group: Math.floor(32767 / (254 * maxWeight)),
  limits: { inputLow: 0, inputHigh: 127, maxWeight, maxSpan: maxWeight > 3 ? 150 : 700 },
}));

function placePairs(arena: Arena, product: ProductCase): number {
  const { taps, span } = product;
  const panel = arena.reserve(taps * Math.ceil(span / 2) * 32);
  kernels.call("arrangePairsSimd", arena.place(lanes8Of(product)), taps, span, panel);
  return panel;
}

function placeQuads(arena: Arena, product: ProductCase, offset: number): number {
  const { taps, span } = product;
  const panel = arena.reserve(taps * Math.ceil(span / 4) * 32);
  relaxed.call("arrangeQuadsSimd", arena.place(lanes8Of(product)), taps, span, offset, panel);
  return panel;
}

/** The case's first run alone: what one column of a dense layer is. */
function oneRun(product: ProductCase): ProductCase {
  return { ...product, taps: 1, weights: product.weights.slice(0, product.span * product.lanes) };
}

function sumsBefore(product: ProductCase): Int32Array {
  return Int32Array.from({ length: 8 }, (_, lane) => product.biases[lane] ?? lane);
}

function sumsAfter(product: ProductCase, before: Int32Array): Uint8Array {
  const after = before.map((sum, lane) => (lane < product.lanes ? sum + dotOf(product, 0, lane) : sum));
  return new Uint8Array(after.buffer);
}

describe("gemmPairs", () => {
  it.each([
    { type: "int8", limits: INT8 },
    { type: "int16", limits: INT16 },
  ])("is the product of $type rows", ({ limits }) => {
    fc.assert(
      fc.property(productCases(limits), (product) => {
        const arena = new Arena(kernels);
        const input = arena.place(Int16Array.from(product.input), 2);
        const panel = placePairs(arena, product);
        expect(runProduct(kernels, arena, "gemmPairs", product, input, panel)).toEqual(expectedBytes(product));
      }),
      { numRuns: 300 },
    );
  });

  it("accumulates one row for a dense layer", () => {
    fc.assert(
      fc.property(productCases(INT8), (drawn) => {
        const product = oneRun(drawn);
        const arena = new Arena(kernels);
        const before = sumsBefore(product);
        const sums = arena.place(before);
        const input = arena.place(Int16Array.from(product.input), 2);
        kernels.call("accumulatePairs", input, product.span, placePairs(arena, product), sums);
        expect(arena.readBeyond(sums, 32)).toEqual(withGap(sumsAfter(product, before)));
      }),
    );
  });
});

/** int8 rows; what a kernel reads behind them may be anything. */
function withTail(product: ProductCase): Int8Array {
  return Int8Array.from([...product.input, -128, -1, -77]);
}

describe("gemmQuads", () => {
  it.each(QUADS)("is the product of rows of 0..127 and weights up to $maxWeight", ({ maxWeight, group, limits }) => {
    expect(relaxed.call("quadGroup", maxWeight)).toBe(group);
    fc.assert(
      fc.property(productCases(limits), fc.boolean(), (product, least) => {
        const arena = new Arena(relaxed);
        const input = arena.place(withTail(product), 1);
        const panel = placeQuads(arena, product, 0);
        const made = runProduct(relaxed, arena, "gemmQuads", product, input, panel, least ? 1 : group);
        expect(made).toEqual(expectedBytes(product));
      }),
      { numRuns: 150 },
    );
  });

  it("accumulates one row for a dense layer", () => {
    fc.assert(
      fc.property(productCases(QUADS[0].limits), (drawn) => {
        const product = oneRun(drawn);
        const arena = new Arena(relaxed);
        const before = sumsBefore(product);
        const sums = arena.place(before);
        const input = arena.place(withTail(product), 1);
        relaxed.call("accumulateQuads", input, product.span, placeQuads(arena, product, 0), sums);
        expect(arena.readBeyond(sums, 32)).toEqual(withGap(sumsAfter(product, before)));
      }),
    );
  });
});

describe("gemmOffsetQuads", () => {
  const cases = [63, 31, 15, 7, 3, 1].map((maxWeight) => ({
    maxWeight,
    limits: { inputLow: -128, inputHigh: 127, maxWeight, maxSpan: maxWeight > 3 ? 150 : 700 },
  }));
  it.each(cases)("is the product of signed rows and weights up to $maxWeight", ({ maxWeight, limits }) => {
    const group = Math.floor(32767 / (512 * maxWeight));
    expect(relaxed.call("offsetQuadGroup", maxWeight, maxWeight)).toBe(group);
    fc.assert(
      fc.property(productCases(limits), fc.boolean(), (product, least) => {
        const arena = new Arena(relaxed);
        const input = arena.place(withTail(product), 1);
        const panel = placeQuads(arena, product, maxWeight);
        const corrections = arena.reserve(4 * product.columns);
        runProduct(relaxed, arena, "columnCorrections", product, input, panel, maxWeight, corrections);
        const made = runProduct(
          relaxed,
          arena,
          "gemmOffsetQuads",
          product,
          input,
          panel,
          least ? 1 : group,
          corrections,
        );
        expect(made).toEqual(expectedBytes(product));
      }),
      { numRuns: 150 },
    );
  });
});

it("widen sign-extends every element and writes no more", () => {
  fc.assert(
    fc.property(fc.int8Array({ maxLength: 70 }), fc.nat({ max: 15 }), (values, misalignment) => {
      const arena = new Arena(kernels);
      const from = arena.place(values, misalignment);
      const to = arena.reserve(2 * values.length, 2);
      kernels.call("widen", from, to, values.length);
      const expected = new Uint8Array(Int16Array.from(values).buffer);
      expect(arena.readBeyond(to, expected.length)).toEqual(withGap(expected));
    }),
  );
});
