/** Counts the input rows from the first tap of a kernel to its last, both included. */
export function kernelSpan({ kernel, dilation }: { readonly kernel: number; readonly dilation: number }): number {
  return (kernel - 1) * dilation + 1;
}
