import { backend_util, type TensorInfo } from "@tensorflow/tfjs";
import type { BackendWasm } from "@tensorflow/tfjs-backend-wasm";
import { allocate, floatsAt, heapOf } from "./heap.ts";

/** A depthwise convolution along one axis, as many channels out as in. */
export interface DepthwiseRows {
  readonly batch: number;
  readonly inRows: number;
  readonly outRows: number;
  readonly channels: number;
  readonly kernel: number;
  readonly stride: number;
  readonly padLeft: number;
}

type Pad = Parameters<typeof backend_util.computeConv2DInfo>[4];

/** The geometry of a depthwise conv2d of height 1, or null where it is another convolution. */
export function depthwiseRows(
  inputShape: readonly number[],
  filterShape: readonly number[],
  strides: number | [number, number],
  pad: Pad,
  dilations: number | [number, number],
): DepthwiseRows | null {
  type Shape4 = [number, number, number, number];
  const [input, filter] = [inputShape as Shape4, filterShape as Shape4];
  const info = backend_util.computeConv2DInfo(input, filter, strides, dilations, pad, undefined, true);
  if (info.inHeight !== 1 || info.filterHeight !== 1 || info.outHeight !== 1 || info.dilationWidth !== 1) return null;
  if (info.outChannels !== info.inChannels) return null;
  return {
    batch: info.batchSize,
    inRows: info.inWidth,
    outRows: info.outWidth,
    channels: info.inChannels,
    kernel: info.filterWidth,
    stride: info.strideWidth,
    padLeft: info.padInfo.left,
  };
}

/** d loss / d filter [1][kernel][channels][1]: each tap sums x * dy over the rows that it met. */
export function depthwiseFilterGradient(
  backend: BackendWasm,
  conv: DepthwiseRows,
  x: TensorInfo,
  dy: TensorInfo,
): TensorInfo {
  const { channels, kernel } = conv;
  const gradient = allocate(backend, [1, kernel, channels, 1]);
  const heap = heapOf(backend);
  const [xAt, dyAt, gradientAt] = [x, dy, gradient].map((tensor) => floatsAt(backend, tensor));
  heap.fill(0, gradientAt, gradientAt + kernel * channels);
  forEachTap(conv, (inRow, outRow, tap) => {
    addProducts(heap, gradientAt + tap * channels, xAt + inRow * channels, dyAt + outRow * channels, channels);
  });
  return gradient;
}

/** d loss / d x [batch][1][inRows][channels]: each row of dy goes back through the taps that made it. */
export function depthwiseInputGradient(
  backend: BackendWasm,
  conv: DepthwiseRows,
  dy: TensorInfo,
  filter: TensorInfo,
): TensorInfo {
  const { batch, inRows, channels } = conv;
  const gradient = allocate(backend, [batch, 1, inRows, channels]);
  const heap = heapOf(backend);
  const [dyAt, filterAt, gradientAt] = [dy, filter, gradient].map((tensor) => floatsAt(backend, tensor));
  heap.fill(0, gradientAt, gradientAt + batch * inRows * channels);
  forEachTap(conv, (inRow, outRow, tap) => {
    addProducts(heap, gradientAt + inRow * channels, dyAt + outRow * channels, filterAt + tap * channels, channels);
  });
  return gradient;
}

function addProducts(heap: Float32Array, to: number, a: number, b: number, count: number): void {
  for (let i = 0; i < count; i++) heap[to + i] += heap[a + i] * heap[b + i];
}

/** Every pair of an input row and an output row that a tap joins; rows count through the batch. */
function forEachTap(conv: DepthwiseRows, visit: (inRow: number, outRow: number, tap: number) => void): void {
  const { batch, inRows, outRows, kernel, stride, padLeft } = conv;
  for (let sample = 0; sample < batch; sample++) {
    for (let row = 0; row < outRows; row++) {
      for (let tap = 0; tap < kernel; tap++) {
        const inRow = row * stride - padLeft + tap;
        if (inRow >= 0 && inRow < inRows) visit(sample * inRows + inRow, sample * outRows + row, tap);
      }
    }
  }
}
