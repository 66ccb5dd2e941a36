import type { KernelFunc, TensorInfo } from "@tensorflow/tfjs";
import type { BackendWasm } from "@tensorflow/tfjs-backend-wasm";
import type { Gemm, HeapMatrix } from "./gemm.ts";
import { allocate, floatsAt, heapOf } from "./heap.ts";

/** Products by the backend's own matrix multiply (XNNPACK), which wants its operands packed and not transposed. */
export function wasmGemm(backend: BackendWasm, stockMatMul: KernelFunc): Gemm {
  return ({ m, n, k, a, b, c, accumulate }) => {
    const packedA = pack(backend, a, m, k);
    const packedB = pack(backend, b, k, n);
    const inputs = { a: { ...packedA, shape: [1, m, k] }, b: { ...packedB, shape: [1, k, n] } };
    const attrs = { transposeA: false, transposeB: false };
    const product = stockMatMul({ inputs, backend, attrs } as never) as TensorInfo;
    const heap = heapOf(backend);
    const from = floatsAt(backend, product);
    for (let row = 0; row < m; row++) {
      const source = from + row * n;
      const target = c.at + row * c.stride;
      if (!accumulate) heap.copyWithin(target, source, source + n);
      else for (let column = 0; column < n; column++) heap[target + column] += heap[source + column];
    }
    for (const tensor of [packedA, packedB, product]) backend.disposeData(tensor.dataId);
  };
}

function pack(backend: BackendWasm, matrix: HeapMatrix, rows: number, columns: number): TensorInfo {
  const packed = allocate(backend, [rows, columns]);
  const heap = heapOf(backend);
  const to = floatsAt(backend, packed);
  if (matrix.transposed) {
    for (let column = 0; column < columns; column++) {
      const source = matrix.at + column * matrix.stride;
      for (let row = 0; row < rows; row++) heap[to + row * columns + column] = heap[source + row];
    }
  } else if (matrix.stride === columns) {
    heap.copyWithin(to, matrix.at, matrix.at + rows * columns);
  } else {
    for (let row = 0; row < rows; row++) {
      const source = matrix.at + row * matrix.stride;
      heap.copyWithin(to + row * columns, source, source + columns);
    }
  }
  return packed;
}
