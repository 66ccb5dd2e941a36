import type { TensorInfo } from "@tensorflow/tfjs";
import type { BackendWasm } from "@tensorflow/tfjs-backend-wasm";
import type { Gemm } from "./gemm.ts";
import { allocate, floatsAt, sizeOf } from "./heap.ts";

/** Batched product of a [..][m][k] and b [..][k][n], either transposed; a batch of one serves all of the other's. */
export function matMul(
  backend: BackendWasm,
  gemm: Gemm,
  a: TensorInfo,
  b: TensorInfo,
  transposeA: boolean,
  transposeB: boolean,
): TensorInfo {
  const [rowsA, columnsA] = a.shape.slice(-2);
  const [rowsB, columnsB] = b.shape.slice(-2);
  const m = transposeA ? columnsA : rowsA;
  const n = transposeB ? rowsB : columnsB;
  const batchA = sizeOf(a.shape.slice(0, -2));
  const batchB = sizeOf(b.shape.slice(0, -2));
  const leading = (batchA >= batchB ? a : b).shape.slice(0, -2);
  const out = allocate(backend, [...leading, m, n]);
  for (let item = 0; item < Math.max(batchA, batchB); item++) {
    gemm({
      m,
      n,
      k: transposeA ? rowsA : columnsA,
      a: {
        at: floatsAt(backend, a) + (batchA === 1 ? 0 : item * rowsA * columnsA),
        stride: columnsA,
        transposed: transposeA,
      },
      b: {
        at: floatsAt(backend, b) + (batchB === 1 ? 0 : item * rowsB * columnsB),
        stride: columnsB,
        transposed: transposeB,
      },
      c: { at: floatsAt(backend, out) + item * m * n, stride: n },
    });
  }
  return out;
}
