import type { ConvNode } from "./graph.ts";
import { kernelSpan } from "./kernel-span.ts";

/** Rows of zeros before and after a record. */
export type Padding = Pick<ConvNode, "padLeft" | "padRight">;

/** The window of rows that a convolution reads. */
type Window = Pick<ConvNode, "kernel" | "stride" | "dilation">;

/** Returns the padding by which a column ends with the last row of its own hop: it waits for no row and misses none. */
export function causalPadding(window: Window): Padding {
  return { padLeft: Math.max(0, kernelSpan(window) - window.stride), padRight: 0 };
}

/** Returns half of the padding on each side, the odd row on the right, as in the paper's networks. */
export function symmetricPadding(window: Window): Padding {
  const reach = kernelSpan(window) - 1;
  return { padLeft: reach >> 1, padRight: reach - (reach >> 1) };
}
