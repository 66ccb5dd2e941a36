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
  it.each([
    { kernel: 3, stride: 1 },
    { kernel: 5, stride: 1 },
    { kernel: 6, stride: 1 },
    { kernel: 7, stride: 1 },
    { kernel: 5, stride: 2 },
    { kernel: 6, stride: 2 },
    { kernel: 7, stride: 2 },
    { kernel: 13, stride: 2 },
  ])("is the product of a conv1d with kernel $kernel, stride $stride", ({ kernel, stride }) => {
    const shapes = fc.record({
      columns: fc.integer({ min: 1, max: 40 }),
      channels: fc.integer({ min: 1, max: 4 }).map((vectors) => 8 * vectors),
      lanes: fc.oneof(fc.constant(8), fc.integer({ min: 1, max: 8 })),
      shift: fc.integer({ min: 1, max: 62 }),
      low: fc.constantFrom(0, -127),
      seed: fc.integer({ min: 1, max: 2 ** 31 - 1 }),
      values: fc.constantFrom("any" as const, "ends" as const, "top" as const),
    });
    fc.assert(
      fc.property(shapes, ({ channels, columns, ...rest }) => {
        const [columnStep, span] = [stride * channels, kernel * channels];
        const shape = { ...rest, columns, taps: 1, span, columnStep, tapStep: 0, outGap: 2 };
        const product = fillShape(shape, INT8);
        expect(kernels.call("winogradFits", columnStep, span, INT8.maxWeight)).toBe(1);
        const arena = new Arena(kernels);
        const input = arena.place(Int8Array.from(product.input), 5);
        const panelBytes = kernels.call("winogradPanelBytes", columnStep, span);
        const panel = arena.reserve(panelBytes);
        kernels.call("arrangeWinograd", arena.place(lanes8Of(product)), columnStep, span, panel);
        expect([...arena.readBeyond(panel, panelBytes).slice(panelBytes)]).toEqual(Array(32).fill(CANARY));
        const scratchBytes = kernels.call("winogradScratchBytes", columnStep, span, columns);
        const scratch = arena.reserve(scratchBytes);
        kernels.call("winogradTransform", input, columnStep, span, columns, scratch);
        expect(runProduct(kernels, arena, "gemmWinograd", product, 0, panel, scratch)).toEqual(expectedBytes(product));
        expect([...arena.readBeyond(scratch, scratchBytes).slice(scratchBytes)]).toEqual(Array(32).fill(CANARY));
      }),
      { numRuns: 100 },
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
