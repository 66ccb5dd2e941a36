import type { TensorInfo } from "@tensorflow/tfjs";
import type { BackendWasm } from "@tensorflow/tfjs-backend-wasm";
import { addressOf, allocate } from "./heap.ts";
import type { TrainingModule } from "./training-module.ts";

/*
 * tfjs convolves depthwise over images, pads in a pass of its own and has no gradient with a dilation; these take a signal
 * as it is. Each has the attributes of the convolution.
 */

/** Inputs x [batch][inRows][channels], filter [kernel][channels]; output y [batch][outRows][channels]. */
export const DEPTHWISE_KERNEL = "DepthwiseConv1d";
/** Inputs x, dy; output d loss / d filter. */
export const DEPTHWISE_FILTER_GRADIENT_KERNEL = "DepthwiseConv1dGradFilter";
/** Inputs dy, filter; output d loss / d x. */
export const DEPTHWISE_INPUT_GRADIENT_KERNEL = "DepthwiseConv1dGradInput";

export interface DepthwiseAttributes {
  readonly batch: number;
  readonly inRows: number;
  readonly outRows: number;
  readonly channels: number;
  readonly kernel: number;
  readonly stride: number;
  readonly dilation: number;
  readonly padLeft: number;
}

export function depthwiseForward(
  backend: BackendWasm,
  module: TrainingModule,
  { x, filter }: Record<"x" | "filter", TensorInfo>,
  attrs: DepthwiseAttributes,
): TensorInfo {
  const { batch, outRows, channels } = attrs;
  return run(backend, module.depthwiseConv, x, filter, attrs, [batch, outRows, channels]);
}

export function depthwiseFilterGradient(
  backend: BackendWasm,
  module: TrainingModule,
  { x, dy }: Record<"x" | "dy", TensorInfo>,
  attrs: DepthwiseAttributes,
): TensorInfo {
  return run(backend, module.depthwiseFilterGradient, x, dy, attrs, [attrs.kernel, attrs.channels]);
}

export function depthwiseInputGradient(
  backend: BackendWasm,
  module: TrainingModule,
  { dy, filter }: Record<"dy" | "filter", TensorInfo>,
  attrs: DepthwiseAttributes,
): TensorInfo {
  const { batch, inRows, channels } = attrs;
  return run(backend, module.depthwiseInputGradient, dy, filter, attrs, [batch, inRows, channels]);
}

function run(
  backend: BackendWasm,
  kernel: TrainingModule["depthwiseConv"],
  first: TensorInfo,
  second: TensorInfo,
  attrs: DepthwiseAttributes,
  shape: number[],
): TensorInfo {
  const out = allocate(backend, shape);
  const [firstAt, secondAt, outAt] = [first, second, out].map((tensor) => addressOf(backend, tensor));
  const { batch, inRows, outRows, channels, kernel: taps, stride, dilation, padLeft } = attrs;
  kernel(firstAt, secondAt, batch, inRows, outRows, channels, taps, stride, dilation, padLeft, outAt);
  return out;
}
