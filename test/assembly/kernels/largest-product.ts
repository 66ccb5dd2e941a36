import { ELEMENTS_BEHIND, LANES, type ProductCase } from "./product-case.ts";

/** Both signs next to each other in either order, and the same sign twice. */
const SIGNS = [1, 1, 1, -1, -1, 1, -1, -1];

/** One element and one weight, repeated, of one sign in a lane: sums grow as fast as they can. */
export function largestProduct(span: number, columns: number, element: number, weight: number): ProductCase {
  return {
    input: Array.from({ length: columns - 1 + span + ELEMENTS_BEHIND }, () => element),
    weights: Array.from({ length: span * LANES }, (_, index) => SIGNS[index % LANES] * weight),
    multipliers: Array.from({ length: LANES }, () => 1 << 20),
    biases: Array.from({ length: LANES }, (_, lane) => lane),
    ...{ columnStep: 1, taps: 1, tapStep: 0, span, columns, lanes: LANES, outStep: LANES, low: -127, high: 127 },
    // Sums of up to 128 * span * weight become 64 to 128.
    shift: 20 + Math.ceil(Math.log2(span * weight)),
  };
}
