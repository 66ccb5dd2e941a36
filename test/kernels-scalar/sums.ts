import { withGap } from "../kernels/arena.ts";
import { dotOf, LANES, type ProductCase } from "../kernels/product-case.ts";

/** Eight sums before a row of a dense layer: the biases, and something for a lane that the layer does not have. */
export function startingSums(product: ProductCase): Int32Array {
  return Int32Array.from({ length: LANES }, (_, lane) => product.biases[lane] ?? lane);
}

/** The bytes of the eight sums after it, and what lies behind. */
export function expectedSums(product: ProductCase): Uint8Array {
  const sums = startingSums(product);
  for (let lane = 0; lane < product.lanes; lane++) sums[lane] += dotOf(product, 0, lane);
  return withGap(new Uint8Array(sums.buffer));
}
