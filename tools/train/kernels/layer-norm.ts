import type { TensorInfo } from "@tensorflow/tfjs";
import type { BackendWasm } from "@tensorflow/tfjs-backend-wasm";
import { addressOf, allocate, sizeOf } from "./heap.ts";
import type { TrainingModule } from "./training-module.ts";

/** Inputs x, gamma, beta; outputs y, and the mean and the inverse deviation of each row. */
export const LAYER_NORM_KERNEL = "LayerNormInTraining";
/** Inputs dy, x, gamma, mean, inverse; outputs the gradients of x, gamma and beta. */
export const LAYER_NORM_GRADIENT_KERNEL = "LayerNormInTrainingGrad";

export function layerNormForward(
  backend: BackendWasm,
  module: TrainingModule,
  { x, gamma, beta }: Record<"x" | "gamma" | "beta", TensorInfo>,
  { epsilon }: { readonly epsilon: number },
): TensorInfo[] {
  const channels = sizeOf(gamma.shape);
  const rows = sizeOf(x.shape) / channels;
  const outputs = [x.shape, [rows], [rows]].map((shape) => allocate(backend, shape));
  const [xAt, gammaAt, betaAt] = [x, gamma, beta].map((tensor) => addressOf(backend, tensor));
  const [yAt, meanAt, inverseAt] = outputs.map((tensor) => addressOf(backend, tensor));
  module.layerNorm(xAt, rows, channels, gammaAt, betaAt, epsilon, yAt, meanAt, inverseAt);
  return outputs;
}

export function layerNormGradient(
  backend: BackendWasm,
  module: TrainingModule,
  { dy, x, gamma, mean, inverse }: Record<"dy" | "x" | "gamma" | "mean" | "inverse", TensorInfo>,
): TensorInfo[] {
  const channels = sizeOf(gamma.shape);
  const outputs = [x.shape, [channels], [channels]].map((shape) => allocate(backend, shape));
  const [dyAt, xAt, gammaAt, meanAt, inverseAt] = [dy, x, gamma, mean, inverse].map((tensor) =>
    addressOf(backend, tensor),
  );
  const [dxAt, dGammaAt, dBetaAt] = outputs.map((tensor) => addressOf(backend, tensor));
  const rows = sizeOf(x.shape) / channels;
  module.layerNormGradient(dyAt, xAt, rows, channels, gammaAt, meanAt, inverseAt, dxAt, dGammaAt, dBetaAt);
  return outputs;
}
