import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { Arena } from "./arena.ts";
import { compileKernels, type Kernels } from "./compile-kernels.ts";
import { expectBytes } from "./expect-bytes.ts";
import {
  GEMM_KERNELS,
  GEMM_SOURCES,
  type GemmKernel,
  limitsOf,
  maxWeightsOf,
  placeInput,
  spansAround,
} from "./gemm-kernels.ts";
import { largestProduct } from "./largest-product.ts";
import { expectedBytes, type ProductCase, productCases, runProduct } from "./product-case.ts";

/** One run of a kernel. */
interface Run {
  readonly maxWeight: number;
  readonly group: number;
  readonly misalignment: number;
}

function run(kernel: GemmKernel, kernels: Kernels, product: ProductCase, how: Run): Uint8Array {
  const arena = new Arena(kernels);
  const input = placeInput(kernel, arena, product, how.misalignment);
  const panel = arena.place(kernel.panelOf(product, how.maxWeight));
  const more = kernel.more?.(how.group, how.maxWeight, product, arena) ?? [];
  return runProduct(kernels, arena, kernel.gemm, product, input, panel, ...more);
}

/** Groups for a width: the largest, the least, any small one. */
function groupsOf({ grouping }: GemmKernel, maxWeight: number): fc.Arbitrary<number> {
  if (!grouping) return fc.constant(0);
  const { groups, multiple } = grouping;
  const most = groups[maxWeight] / multiple;
  const counts = fc.oneof(fc.constantFrom(1, most), fc.integer({ min: 1, max: Math.min(18, most) }));
  return counts.map((count) => count * multiple);
}

describe.each(GEMM_KERNELS)("$name on $rows.type rows, $build build", (kernel) => {
  let kernels: Kernels;
  beforeAll(async () => {
    kernels = await compileKernels(kernel.build, GEMM_SOURCES[kernel.build]);
  });

  it.each(maxWeightsOf(kernel))("is the product with weights up to %i", (maxWeight) => {
    const hows = fc.record({
      maxWeight: fc.constant(maxWeight),
      group: groupsOf(kernel, maxWeight),
      misalignment: fc.nat({ max: 3 }),
    });
    fc.assert(
      fc.property(productCases(limitsOf(kernel, maxWeight)), hows, (product, how) => {
        expectBytes(run(kernel, kernels, product, how), expectedBytes(product));
      }),
    );
  });

  const { grouping } = kernel;
  if (!grouping) return;

  it("flushes before a sum is full, and as late as that", () => {
    const groups = maxWeightsOf(kernel).map((weight) => [weight, kernels.call(grouping.groupOf, weight)]);
    expect(Object.fromEntries(groups)).toEqual(grouping.groups);
  });

  it.each(maxWeightsOf(kernel))("holds the largest sums around each flush with weights of %i", (maxWeight) => {
    const how = { maxWeight, group: grouping.groups[maxWeight], misalignment: 1 };
    for (const span of spansAround(grouping, maxWeight)) {
      for (const element of [kernel.rows.inputLow, kernel.rows.inputHigh]) {
        // Every kernel's blocks of columns, full and not.
        for (const columns of [1, 2, 5]) {
          const product = largestProduct(span, columns, element, maxWeight);
          expectBytes(run(kernel, kernels, product, how), expectedBytes(product));
        }
      }
    }
  });
});
