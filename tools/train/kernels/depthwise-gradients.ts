import { backend_util, type TensorInfo } from "@tensorflow/tfjs";
import type { BackendWasm } from "@tensorflow/tfjs-backend-wasm";
import { addressOf, allocate } from "./heap.ts";
import type { TrainingModule } from "./training-module.ts";

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
  module: TrainingModule,
  conv: DepthwiseRows,
  x: TensorInfo,
  dy: TensorInfo,
): TensorInfo {
  const { batch, inRows, outRows, channels, kernel, stride, padLeft } = conv;
  const gradient = allocate(backend, [1, kernel, channels, 1]);
  const [xAt, dyAt, to] = [x, dy, gradient].map((tensor) => addressOf(backend, tensor));
  module.depthwiseFilterGradient(xAt, dyAt, batch, inRows, outRows, channels, kernel, stride, padLeft, to);
  return gradient;
}

/** d loss / d x [batch][1][inRows][channels]: each row of dy goes back through the taps that made it. */
export function depthwiseInputGradient(
  backend: BackendWasm,
  module: TrainingModule,
  conv: DepthwiseRows,
  dy: TensorInfo,
  filter: TensorInfo,
): TensorInfo {
  const { batch, inRows, outRows, channels, kernel, stride, padLeft } = conv;
  const gradient = allocate(backend, [batch, 1, inRows, channels]);
  const [dyAt, filterAt, to] = [dy, filter, gradient].map((tensor) => addressOf(backend, tensor));
  module.depthwiseInputGradient(dyAt, filterAt, batch, inRows, outRows, channels, kernel, stride, padLeft, to);
  return gradient;
}
