import type { ConvNode } from "./graph.ts";
import { kernelSpan } from "./kernel-span.ts";

/** Rows of zeros before and behind a record. */
export type Padding = Pick<ConvNode, "padLeft" | "padRight">;

/** The window of rows that a convolution reads. */
type Window = Pick<ConvNode, "kernel" | "stride" | "dilation">;

/** A column closes with the last row of its own hop: nothing is waited for, and no row of the hop is left unseen. */
export function causalPadding(window: Window): Padding {
  return { padLeft: Math.max(0, kernelSpan(window) - window.stride), padRight: 0 };
}

/** Half on each side, the odd row on the right: as the paper's networks. */
export function symmetricPadding(window: Window): Padding {
  const reach = kernelSpan(window) - 1;
  return { padLeft: reach >> 1, padRight: reach - (reach >> 1) };
}
