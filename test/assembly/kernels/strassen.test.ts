import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { draws } from "../../properties/draws.ts";
import { Arena, withGap } from "./arena.ts";
import { compileKernels, type Kernels } from "./compile-kernels.ts";
import { expectedBytes, fillShape, lanes8Of, type ProductCase, runProduct } from "./product-case.ts";

const SOURCE = `
export { strassenColumns, strassenFits, strassenScratchBytes } from "./assembly/kernels/strassen.simd";
import { gemmStrassen } from "./assembly/kernels/gemm-strassen.simd";
import { strassenInput } from "./assembly/kernels/strassen-input.simd";
import { Product } from "./assembly/kernels/product";
export function packAndMultiply(product: Product, scratch: i32): void {
  strassenInput(product, scratch);
  gemmStrassen(product, scratch);
}
`;
const INT13 = { inputLow: -4095, inputHigh: 4095, maxWeight: 127, wideOutput: true };

/** Products without gaps over int13 rows, columns that overlap among them. */
function cases(): fc.Arbitrary<ProductCase> {
  const shapes = fc.record({
    columns: fc.integer({ min: 1, max: 40 }),
    vectors: fc.integer({ min: 1, max: 6 }),
    columnStep: fc.integer({ min: 1, max: 120 }),
    lanes: fc.oneof(fc.constant(8), fc.integer({ min: 1, max: 8 })),
    outGap: fc.integer({ min: 0, max: 3 }),
    shift: fc.integer({ min: 1, max: 62 }),
    positive: fc.boolean(),
    high: fc.constantFrom(127, 4095, 32767),
    seed: fc.integer({ min: 1, max: 2 ** 31 - 1 }),
    values: fc.constantFrom("any" as const, "ends" as const, "top" as const),
  });
  return shapes.map(({ vectors, ...rest }) => fillShape({ ...rest, taps: 1, tapStep: 0, span: 16 * vectors }, INT13));
}

/** Runs a case; also that nothing is written behind the scratch that the kernel asks for. */
function run(kernels: Kernels, product: ProductCase, misalignment: number): Uint8Array {
  const arena = new Arena(kernels);
  const scratchBytes = kernels.call("strassenScratchBytes", product.span, product.columns);
  const scratch = arena.reserve(scratchBytes);
  // What lies behind the last column's span is none of the kernel's.
  const input = arena.place(Int16Array.from(product.input.slice(0, -8)), misalignment);
  const panel = arena.place(lanes8Of(product));
  const made = runProduct(kernels, arena, "packAndMultiply", product, input, panel, scratch);
  expect([...arena.readBeyond(scratch, scratchBytes).slice(scratchBytes)]).toEqual([...withGap(new Uint8Array(0))]);
  return made;
}

describe("strassen", () => {
  let kernels: Kernels;
  beforeAll(async () => {
    kernels = await compileKernels("simd", SOURCE);
  });

  it("is the product of any number of columns", () => {
    fc.assert(
      fc.property(cases(), fc.constantFrom(0, 2, 6, 8, 14), (product, misalignment) => {
        expect(run(kernels, product, misalignment)).toEqual(expectedBytes(product));
      }),
      { numRuns: draws(250) },
    );
  });

  it("is exact where half sums wrap: as many terms as an int32 holds", () => {
    const shape = { taps: 1, tapStep: 0, span: 4112, columnStep: 4112, lanes: 8, outGap: 0, shift: 40 };
    for (const values of ["any", "ends", "top"] as const) {
      const product = fillShape({ ...shape, columns: 5, positive: false, high: 4095, seed: 3, values }, INT13);
      expect(run(kernels, product, 0)).toEqual(expectedBytes(product));
    }
  });

  it("cuts a pass into parts of about the same size, none too large for its scratch", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 16384 }), (columns) => {
        const together = kernels.call("strassenColumns", columns);
        expect(together).toBeLessThanOrEqual(80);
        const parts = Math.ceil(columns / together);
        expect(parts).toBe(Math.ceil(columns / 80));
        expect(together - (columns - (parts - 1) * together)).toBeLessThan(parts);
      }),
    );
  });

  it("refuses half a vector, and what it would not gain on", () => {
    const fits = (span: number, outChannels: number, columns: number): boolean =>
      kernels.call("strassenFits", span, outChannels, columns) === 1;
    expect(fits(512, 512, 79)).toBe(true);
    expect(fits(1536, 128, 32)).toBe(true);
    expect(fits(520, 512, 79)).toBe(false);
    expect(fits(240, 512, 79)).toBe(false);
    expect(fits(512, 120, 79)).toBe(false);
    expect(fits(512, 512, 31)).toBe(false);
  });
});
