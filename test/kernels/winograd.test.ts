import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { Arena, CANARY } from "./arena.ts";
import { compileKernels, type Kernels } from "./compile-kernels.ts";
import { expectedBytes, fillShape, lanes8Of, runProduct } from "./product-case.ts";

const SOURCE = `
export {
  gemmWinograd, winogradFits, winogradPanelBytes, winogradScratchBytes, winogradTransform,
} from "./assembly/kernels/winograd.simd";
export { arrangeWinograd } from "./assembly/kernels/winograd-panel.simd";
`;
const INT8 = { inputLow: -128, inputHigh: 127, maxWeight: 127 };

let kernels: Kernels;
beforeAll(async () => {
  kernels = await compileKernels("simd", SOURCE);
});

describe("winograd", () => {
  it.each([3, 5, 7])("is the product of a conv1d with kernel %i", (kernel) => {
    const shapes = fc.record({
      columns: fc.integer({ min: 1, max: 40 }),
      channels: fc.integer({ min: 1, max: 5 }).map((vectors) => 8 * vectors),
      lanes: fc.oneof(fc.constant(8), fc.integer({ min: 1, max: 8 })),
      shift: fc.integer({ min: 1, max: 62 }),
      low: fc.constantFrom(0, -127),
      seed: fc.integer({ min: 1, max: 2 ** 31 - 1 }),
      values: fc.constantFrom("any" as const, "ends" as const, "top" as const),
    });
    fc.assert(
      fc.property(shapes, ({ channels, columns, ...rest }) => {
        const shape = {
          ...rest,
          columns,
          taps: 1,
          span: kernel * channels,
          columnStep: channels,
          tapStep: 0,
          outGap: 2,
        };
        const product = fillShape(shape, INT8);
        expect(kernels.call("winogradFits", kernel, channels, INT8.maxWeight)).toBe(1);
        const arena = new Arena(kernels);
        const input = arena.place(Int8Array.from(product.input), 5);
        const panelBytes = kernels.call("winogradPanelBytes", kernel, channels);
        const panel = arena.reserve(panelBytes);
        kernels.call("arrangeWinograd", arena.place(lanes8Of(product)), kernel, channels, panel);
        expect([...arena.readBeyond(panel, panelBytes).slice(panelBytes)]).toEqual(Array(32).fill(CANARY));
        const scratchBytes = kernels.call("winogradScratchBytes", kernel, channels, columns);
        const scratch = arena.reserve(scratchBytes);
        kernels.call("winogradTransform", input, channels, kernel, columns, scratch);
        expect(runProduct(kernels, arena, "gemmWinograd", product, 0, panel, scratch)).toEqual(expectedBytes(product));
        expect([...arena.readBeyond(scratch, scratchBytes).slice(scratchBytes)]).toEqual(Array(32).fill(CANARY));
      }),
      { numRuns: 200 },
    );
  });

  it("refuses what would overflow or leave half a vector", () => {
    const fits = (kernel: number, channels: number, maxWeight: number): boolean =>
      kernels.call("winogradFits", kernel, channels, maxWeight) === 1;
    // 24 y: 24 * 6 taps * channels * 128 * 127.
    expect(fits(7, 912, 127)).toBe(true);
    expect(fits(7, 920, 127)).toBe(false);
    expect(fits(3, 1024, 127)).toBe(true);
    expect(fits(7, 1024, 63)).toBe(true);
    expect(fits(7, 12, 127)).toBe(false);
    expect(fits(9, 32, 127)).toBe(false);
  });
});
