import { CANARY, withGap } from "../kernels/arena.ts";
import { dotOf, expectedOutput, type ProductCase } from "../kernels/product-case.ts";

/** The whole output area of a product: its bytes, canaries between the columns and behind. */
export function expectedBytes(product: ProductCase): Uint8Array {
  const bytes = new Uint8Array((product.columns - 1) * product.outStep + product.lanes).fill(CANARY);
  expectedOutput(product).forEach((column, index) => {
    bytes.set(new Uint8Array(column.buffer), index * product.outStep);
  });
  return withGap(bytes);
}

/** Eight sums before a row of a dense layer: the biases, and something for a lane that the layer does not have. */
export function startingSums(product: ProductCase): Int32Array {
  return Int32Array.from({ length: 8 }, (_, lane) => product.biases[lane] ?? lane);
}

/** The bytes of the eight sums after it, and what lies behind. */
export function expectedSums(product: ProductCase): Uint8Array {
  const sums = startingSums(product);
  for (let lane = 0; lane < product.lanes; lane++) sums[lane] += dotOf(product, 0, lane);
  return withGap(new Uint8Array(sums.buffer));
}
