import type { TensorInfo } from "@tensorflow/tfjs";
import type { BackendWasm } from "@tensorflow/tfjs-backend-wasm";
import type { Gemm } from "./gemm.ts";
import { allocate, floatsAt, heapOf, sizeOf } from "./heap.ts";

/** Sums over the first `axes` axes as a row of ones times the rest: a loop in JavaScript takes 20 times as long. */
export function sumLeading(backend: BackendWasm, gemm: Gemm, x: TensorInfo, axes: number): TensorInfo {
  const rows = sizeOf(x.shape.slice(0, axes));
  const columns = sizeOf(x.shape.slice(axes));
  const ones = allocate(backend, [rows]);
  const out = allocate(backend, x.shape.slice(axes));
  const onesAt = floatsAt(backend, ones);
  heapOf(backend).fill(1, onesAt, onesAt + rows);
  gemm({
    m: 1,
    n: columns,
    k: rows,
    a: { at: onesAt, stride: rows },
    b: { at: floatsAt(backend, x), stride: columns },
    c: { at: floatsAt(backend, out), stride: columns },
  });
  backend.disposeData(ones.dataId);
  return out;
}

/** How many leading axes a sum is over, or null where it is over others. */
export function leadingAxes(rank: number, axis: number | readonly number[] | null | undefined): number | null {
  const axes = axis === null || axis === undefined ? [...Array(rank).keys()] : [axis].flat();
  const sorted = axes.map((a) => (a < 0 ? a + rank : a)).sort((a, b) => a - b);
  return sorted.every((a, index) => a === index) ? sorted.length : null;
}
