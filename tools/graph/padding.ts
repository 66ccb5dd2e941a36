import type { ConvNode } from "./graph.ts";

/** Rows of zeros before and behind a record. */
export type Padding = Pick<ConvNode, "padLeft" | "padRight">;

/** What a convolution reads. */
type Window = Pick<ConvNode, "kernel" | "stride" | "dilation">;

/** A column closes with the last row of its own hop: nothing is waited for, and no row of the hop is left unseen. */
export function causalPadding({ kernel, stride, dilation }: Window): Padding {
  return { padLeft: Math.max(0, (kernel - 1) * dilation - (stride - 1)), padRight: 0 };
}

/** Half on each side, the odd row on the right: as the paper's networks. */
export function symmetricPadding({ kernel, dilation }: Window): Padding {
  const reach = (kernel - 1) * dilation;
  return { padLeft: reach >> 1, padRight: reach - (reach >> 1) };
}
