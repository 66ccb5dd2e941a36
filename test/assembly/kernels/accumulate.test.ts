import fc from "fast-check";
import { beforeAll, describe, it } from "vitest";
import { Arena, withGap } from "./arena.ts";
import { compileKernels, type Kernels } from "./compile-kernels.ts";
import { expectBytes } from "./expect-bytes.ts";
import { GEMM_KERNELS, GEMM_SOURCES, limitsOf, maxWeightsOf, placeInput, spansAround } from "./gemm-kernels.ts";
import { largestProduct } from "./largest-product.ts";
import { dotOf, ELEMENTS_BEHIND, LANES, type ProductCase, productCases } from "./product-case.ts";

/** A case's first run alone: what one column of a dense layer is. */
function oneRun(product: ProductCase): ProductCase {
  const { span, lanes, input, weights } = product;
  return {
    ...product,
    ...{ taps: 1, columns: 1 },
    input: input.slice(0, span + ELEMENTS_BEHIND),
    weights: weights.slice(0, span * lanes),
  };
}

/** Eight sums before a run: the biases, and something for a lane that the layer does not have. */
function sumsBefore({ biases }: ProductCase): Int32Array {
  return Int32Array.from({ length: LANES }, (_, lane) => biases[lane] ?? lane);
}

function sumsAfter(product: ProductCase): Uint8Array {
  const sums = sumsBefore(product);
  for (let lane = 0; lane < product.lanes; lane++) sums[lane] += dotOf(product, 0, lane);
  return withGap(new Uint8Array(sums.buffer));
}

const KERNELS = GEMM_KERNELS.flatMap(({ accumulate, ...kernel }) => (accumulate ? [{ ...kernel, accumulate }] : []));

describe.each(KERNELS)("$name on $rows.type rows, $build build", (kernel) => {
  let kernels: Kernels;
  beforeAll(async () => {
    kernels = await compileKernels(kernel.build, GEMM_SOURCES[kernel.build]);
  });

  function run(product: ProductCase, maxWeight: number, misalignment: number): Uint8Array {
    const arena = new Arena(kernels);
    const input = placeInput(kernel, arena, product, misalignment);
    const panel = arena.place(kernel.panelOf(product, maxWeight));
    const sums = arena.place(sumsBefore(product));
    const group = kernel.grouping && kernel.accumulateTakesGroup ? [kernel.grouping.groups[maxWeight]] : [];
    kernels.call(kernel.accumulate, input, product.span, panel, ...group, sums);
    return arena.readBeyond(sums, 4 * LANES);
  }

  it.each(maxWeightsOf(kernel))("adds one row of a dense layer to its sums, weights up to %i", (maxWeight) => {
    fc.assert(
      fc.property(productCases(limitsOf(kernel, maxWeight)), fc.nat({ max: 3 }), (drawn, misalignment) => {
        const product = oneRun(drawn);
        expectBytes(run(product, maxWeight, misalignment), sumsAfter(product));
      }),
    );
  });

  const { grouping } = kernel;
  if (!grouping || !kernel.accumulateTakesGroup) return;

  it.each(maxWeightsOf(kernel))("holds the largest sums around each flush with weights of %i", (maxWeight) => {
    for (const span of spansAround(grouping, maxWeight)) {
      for (const element of [kernel.rows.inputLow, kernel.rows.inputHigh]) {
        const product = largestProduct(span, 1, element, maxWeight);
        expectBytes(run(product, maxWeight, 1), sumsAfter(product));
      }
    }
  });
});
