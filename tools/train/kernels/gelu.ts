import type { TensorInfo } from "@tensorflow/tfjs";
import type { BackendWasm } from "@tensorflow/tfjs-backend-wasm";
import { addressOf, allocate, sizeOf } from "./heap.ts";
import type { TrainingModule } from "./training-module.ts";

/** Input x; output gelu(x). tfjs has erf, without a gradient kernel of its own. */
export const GELU_KERNEL = "GeluInTraining";
/** Inputs dy, x; output d loss / d x. */
export const GELU_GRADIENT_KERNEL = "GeluInTrainingGrad";

export function geluForward(backend: BackendWasm, module: TrainingModule, x: TensorInfo): TensorInfo {
  const y = allocate(backend, x.shape);
  module.gelu(addressOf(backend, x), sizeOf(x.shape), addressOf(backend, y));
  return y;
}

export function geluGradient(backend: BackendWasm, module: TrainingModule, dy: TensorInfo, x: TensorInfo): TensorInfo {
  const dx = allocate(backend, x.shape);
  module.geluGradient(addressOf(backend, dy), addressOf(backend, x), sizeOf(x.shape), addressOf(backend, dx));
  return dx;
}
