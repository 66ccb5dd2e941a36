import type { TensorInfo } from "@tensorflow/tfjs";
import type { BackendWasm } from "@tensorflow/tfjs-backend-wasm";
import { addressOf, allocate, sizeOf } from "./heap.ts";
import type { TrainingModule } from "./training-module.ts";

/** Inputs x, gamma, beta; outputs y, mean, variance. No name of tfjs's own: it has no batch norm with a batch's moments. */
export const BATCH_NORM_KERNEL = "BatchNormInTraining";
/** Inputs dy, x, gamma, beta, mean, variance; outputs the gradients of x, gamma and beta. */
export const BATCH_NORM_GRADIENT_KERNEL = "BatchNormInTrainingGrad";

export interface BatchNormAttributes {
  readonly epsilon: number;
  /** Bounds of the output: 0 and Infinity are a relu. */
  readonly low: number;
  readonly high: number;
}

/** Floats of the scratch: four doubles a channel. */
const SCRATCH_PER_CHANNEL = 8;

export function batchNormForward(
  backend: BackendWasm,
  module: TrainingModule,
  { x, gamma, beta }: Record<"x" | "gamma" | "beta", TensorInfo>,
  { epsilon, low, high }: BatchNormAttributes,
): TensorInfo[] {
  const channels = sizeOf(gamma.shape);
  const outputs = [x.shape, [channels], [channels]].map((shape) => allocate(backend, shape));
  const scratch = allocate(backend, [SCRATCH_PER_CHANNEL * channels]);
  const [xAt, gammaAt, betaAt, scratchAt] = [x, gamma, beta, scratch].map((tensor) => addressOf(backend, tensor));
  const [yAt, meanAt, varianceAt] = outputs.map((tensor) => addressOf(backend, tensor));
  const rows = sizeOf(x.shape) / channels;
  module.batchNorm(xAt, rows, channels, gammaAt, betaAt, epsilon, low, high, yAt, meanAt, varianceAt, scratchAt);
  backend.disposeData(scratch.dataId);
  return outputs;
}

export function batchNormGradient(
  backend: BackendWasm,
  module: TrainingModule,
  { dy, x, gamma, beta, mean, variance }: Record<"dy" | "x" | "gamma" | "beta" | "mean" | "variance", TensorInfo>,
  { epsilon, low, high }: BatchNormAttributes,
): TensorInfo[] {
  const channels = sizeOf(gamma.shape);
  const outputs = [x.shape, [channels], [channels]].map((shape) => allocate(backend, shape));
  const scratch = allocate(backend, [SCRATCH_PER_CHANNEL * channels]);
  const at = (tensor: TensorInfo) => addressOf(backend, tensor);
  const [dxAt, dGammaAt, dBetaAt] = outputs.map(at);
  module.batchNormGradient(
    at(dy),
    at(x),
    sizeOf(x.shape) / channels,
    channels,
    at(gamma),
    at(beta),
    at(mean),
    at(variance),
    epsilon,
    low,
    high,
    dxAt,
    dGammaAt,
    dBetaAt,
    at(scratch),
  );
  backend.disposeData(scratch.dataId);
  return outputs;
}
