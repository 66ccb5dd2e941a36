import { backend_util } from "@tensorflow/tfjs";
import type { HeapMatrix } from "./gemm.ts";

/**
 * A one-dimensional convolution as matrix products without im2col.
 *
 * Channels-last, the rows that output row j reads are kernel*in consecutive floats from row j*stride: a matrix whose
 * rows overlap, which a product must not write and cblas will not read. Every `phases`-th output row overlaps no
 * other (phases = ceil(kernel / stride)), so the convolution is `phases` products over the whole batch:
 *
 *   out_p [rows][out] = windows_p [rows][kernel*in] * filter [kernel*in][out],    p = 0 .. phases-1
 *
 * and its gradients are windows_p^T * dy_p and dy_p * filter^T, summed in place. A sample is padded to
 * `slots` = outRows + phases - 1 output rows, that is slots*stride input rows, so that samples follow one another at
 * a fixed step; the phases - 1 output rows between two samples mean nothing and are cut (or zero, in gradients).
 */
export interface ConvRows {
  /** Samples. */
  readonly batch: number;
  readonly inRows: number;
  readonly outRows: number;
  readonly inChannels: number;
  readonly outChannels: number;
  readonly kernel: number;
  readonly stride: number;
  readonly padLeft: number;
  readonly phases: number;
  readonly slots: number;
}

type Pad = Parameters<typeof backend_util.computeConv2DInfo>[4];

/** The geometry of a conv2d of height 1, or null where it is another convolution. */
export function convRows(
  inputShape: readonly number[],
  filterShape: readonly number[],
  strides: number | [number, number],
  pad: Pad,
  dilations: number | [number, number] = 1,
): ConvRows | null {
  type Shape4 = [number, number, number, number];
  const info = backend_util.computeConv2DInfo(inputShape as Shape4, filterShape as Shape4, strides, dilations, pad);
  if (info.inHeight !== 1 || info.filterHeight !== 1 || info.outHeight !== 1 || info.dilationWidth !== 1) return null;
  const phases = Math.ceil(info.filterWidth / info.strideWidth);
  return {
    batch: info.batchSize,
    inRows: info.inWidth,
    outRows: info.outWidth,
    inChannels: info.inChannels,
    outChannels: info.outChannels,
    kernel: info.filterWidth,
    stride: info.strideWidth,
    padLeft: info.padInfo.left,
    phases,
    slots: info.outWidth + phases - 1,
  };
}

/** Rows of phase p in the padded batch: one at least, for a batch has `phases` slots or more. */
export function phaseRows(conv: ConvRows, phase: number): number {
  return Math.ceil((conv.batch * conv.slots - phase) / conv.phases);
}

/** The windows that phase p reads, [phaseRows][kernel*in], in a padded input at `at`. */
export function windowsOf(conv: ConvRows, phase: number, at: number): HeapMatrix {
  const step = conv.stride * conv.inChannels;
  return { at: at + phase * step, stride: conv.phases * step };
}

/** The output rows of phase p, [phaseRows][out], in a padded output at `at`. */
export function outputsOf(conv: ConvRows, phase: number, at: number): HeapMatrix {
  return { at: at + phase * conv.outChannels, stride: conv.phases * conv.outChannels };
}

/** Floats of a padded input: the windows of the last slots, which mean nothing, reach past the last slot. */
export function paddedInputFloats(conv: ConvRows): number {
  return (conv.batch * conv.slots + conv.phases) * conv.stride * conv.inChannels;
}

/** Input rows of a sample that any output row can read. */
function rowsRead(conv: ConvRows): number {
  return Math.max(0, Math.min(conv.inRows, conv.slots * conv.stride - conv.padLeft));
}

/** Floats of the padded input of a group: what a second-level cache holds beside the product's other operands. */
const GROUP_FLOATS = 1 << 17;

export interface SampleGroup {
  /** The convolution of the group's samples alone. */
  readonly conv: ConvRows;
  readonly firstSample: number;
}

/**
 * The batch in groups of samples whose padded copies stay in the cache: a step of resnet1d-edge takes about 5 % less than
 * with the batch padded whole. The first group is as large as any.
 */
export function sampleGroups(conv: ConvRows): SampleGroup[] {
  const size = Math.max(1, Math.floor(GROUP_FLOATS / (conv.slots * conv.stride * conv.inChannels)));
  return Array.from({ length: Math.ceil(conv.batch / size) }, (_, group) => {
    const firstSample = group * size;
    return { firstSample, conv: { ...conv, batch: Math.min(size, conv.batch - firstSample) } };
  });
}

/** Writes x [batch][inRows][in] from `from` on to `to`, zero-padded to slots*stride rows a sample. */
export function padInput(heap: Float32Array, conv: ConvRows, from: number, to: number): void {
  heap.fill(0, to, to + paddedInputFloats(conv));
  const floats = rowsRead(conv) * conv.inChannels;
  for (let sample = 0; sample < conv.batch; sample++) {
    const source = from + sample * conv.inRows * conv.inChannels;
    heap.copyWithin(to + (sample * conv.slots * conv.stride + conv.padLeft) * conv.inChannels, source, source + floats);
  }
}

/** The reverse of padInput, for a gradient: rows that no window read get zero. */
export function unpadInput(heap: Float32Array, conv: ConvRows, from: number, to: number): void {
  const floats = rowsRead(conv) * conv.inChannels;
  const sampleFloats = conv.inRows * conv.inChannels;
  for (let sample = 0; sample < conv.batch; sample++) {
    const source = from + (sample * conv.slots * conv.stride + conv.padLeft) * conv.inChannels;
    const target = to + sample * sampleFloats;
    heap.copyWithin(target, source, source + floats);
    heap.fill(0, target + floats, target + sampleFloats);
  }
}

/** Floats of a padded output. */
export function paddedOutputFloats(conv: ConvRows): number {
  return conv.batch * conv.slots * conv.outChannels;
}

/** Writes dy [batch][outRows][out] from `from` on to `to` at `slots` rows a sample, the rows between samples zero. */
export function padOutput(heap: Float32Array, conv: ConvRows, from: number, to: number): void {
  const floats = conv.outRows * conv.outChannels;
  const slotFloats = conv.slots * conv.outChannels;
  for (let sample = 0; sample < conv.batch; sample++) {
    const target = to + sample * slotFloats;
    heap.copyWithin(target, from + sample * floats, from + (sample + 1) * floats);
    heap.fill(0, target + floats, target + slotFloats);
  }
}

/** The reverse of padOutput. */
export function unpadOutput(heap: Float32Array, conv: ConvRows, from: number, to: number): void {
  const floats = conv.outRows * conv.outChannels;
  for (let sample = 0; sample < conv.batch; sample++) {
    const source = from + sample * conv.slots * conv.outChannels;
    heap.copyWithin(to + sample * floats, source, source + floats);
  }
}
