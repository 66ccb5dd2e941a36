import type { TensorInfo } from "@tensorflow/tfjs";
import type { BackendWasm } from "@tensorflow/tfjs-backend-wasm";

/** The backend's memory in floats. It moves when memory grows: ask again after every allocation. */
export function heapOf(backend: BackendWasm): Float32Array {
  return (backend.wasm as unknown as { HEAPF32: Float32Array }).HEAPF32;
}

/** Where a tensor starts in the heap, in floats. */
export function floatsAt(backend: BackendWasm, tensor: TensorInfo): number {
  return addressOf(backend, tensor) / 4;
}

/** Where a tensor starts in the heap, in bytes. */
export function addressOf(backend: BackendWasm, tensor: TensorInfo): number {
  return backend.getMemoryOffset(tensor.dataId);
}

/** A float tensor of the backend, its contents undefined until written. The caller disposes it or returns it. */
export function allocate(backend: BackendWasm, shape: readonly number[]): TensorInfo {
  return backend.makeOutput([...shape], "float32");
}

export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, extent) => product * extent, 1);
}
