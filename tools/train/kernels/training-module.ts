import type { BackendWasm } from "@tensorflow/tfjs-backend-wasm";
import { instantiateBuilt } from "../../files/built-module.ts";

type Address = number;

/** Exports of build/training.wasm (assembly/): floats at byte addresses of the backend's memory. */
export interface TrainingModule {
  batchNorm(
    x: Address,
    rows: number,
    channels: number,
    gamma: Address,
    beta: Address,
    epsilon: number,
    low: number,
    high: number,
    y: Address,
    mean: Address,
    variance: Address,
    scratch: Address,
  ): void;
  batchNormGradient(
    dy: Address,
    x: Address,
    rows: number,
    channels: number,
    gamma: Address,
    beta: Address,
    mean: Address,
    variance: Address,
    epsilon: number,
    low: number,
    high: number,
    dx: Address,
    dGamma: Address,
    dBeta: Address,
    scratch: Address,
  ): void;
  gelu(x: Address, count: number, y: Address): void;
  geluGradient(dy: Address, x: Address, count: number, dx: Address): void;
  layerNorm(
    x: Address,
    rows: number,
    channels: number,
    gamma: Address,
    beta: Address,
    epsilon: number,
    y: Address,
    mean: Address,
    inverse: Address,
  ): void;
  layerNormGradient(
    dy: Address,
    x: Address,
    rows: number,
    channels: number,
    gamma: Address,
    mean: Address,
    inverse: Address,
    dx: Address,
    dGamma: Address,
    dBeta: Address,
  ): void;
  depthwiseConv: DepthwiseKernel;
  depthwiseFilterGradient: DepthwiseKernel;
  depthwiseInputGradient: DepthwiseKernel;
}

/** The two inputs and the output in the order of the kernel's name: x, filter -> y; x, dy -> filter; dy, filter -> x. */
type DepthwiseKernel = (
  first: Address,
  second: Address,
  batch: number,
  inRows: number,
  outRows: number,
  channels: number,
  kernel: number,
  stride: number,
  dilation: number,
  padLeft: number,
  out: Address,
) => void;

/** Starts the training kernels on the backend's own memory, so that nothing is copied. */
export function startTrainingModule(backend: BackendWasm): TrainingModule {
  const { memory } = (backend.wasm as unknown as { asm: { memory: WebAssembly.Memory } }).asm;
  return instantiateBuilt<TrainingModule>("training", { memory });
}
