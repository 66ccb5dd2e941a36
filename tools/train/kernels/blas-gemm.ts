import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { BackendWasm } from "@tensorflow/tfjs-backend-wasm";
import type { Gemm, HeapMatrix } from "./gemm.ts";
import { heapOf } from "./heap.ts";

const LIBRARIES = ["libopenblas.so.0", "libopenblas.so", "libopenblas.dylib", "libopenblas.dll"];
const CBLAS_ROW_MAJOR = 101;
const CBLAS_NO_TRANS = 111;
const CBLAS_TRANS = 112;

type Sgemm = (
  order: number,
  transposeA: number,
  transposeB: number,
  m: number,
  n: number,
  k: number,
  alpha: number,
  a: Float32Array,
  lda: number,
  b: Float32Array,
  ldb: number,
  beta: number,
  c: Float32Array,
  ldc: number,
) => void;

export interface Blas {
  readonly sgemm: Sgemm;
  /** The library's name and the kernels that it chose. */
  readonly description: string;
}

/** OpenBLAS through koffi. Throws where either cannot be loaded. */
export function loadBlas(): Blas {
  const koffi = createRequire(import.meta.url)("koffi");
  chooseCore();
  const failures: string[] = [];
  for (const name of LIBRARIES) {
    try {
      const library = koffi.load(name);
      // One thread: the products are small, and sums then come in one order on every machine of a kind.
      library.func("void openblas_set_num_threads(int n)")(1);
      const sgemm: Sgemm = library.func(
        "void cblas_sgemm(int order, int ta, int tb, int m, int n, int k, float alpha, const void *a, int lda, " +
          "const void *b, int ldb, float beta, void *c, int ldc)",
      );
      const core: string = library.func("const char *openblas_get_corename(void)")();
      return { sgemm, description: `${name} (${core})` };
    } catch (error) {
      failures.push((error as Error).message);
    }
  }
  throw new Error(`OpenBLAS does not load: ${failures[0]}`);
}

/**
 * OpenBLAS knows a core by its model number, and takes a newer one for a 2004 Prescott (SSE3): 30 GFLOP/s instead of
 * 77 (Haswell) or 131 (SkylakeX), measured on 4096x128x448. The feature flags tell it better.
 */
function chooseCore(): void {
  if (process.env.OPENBLAS_CORETYPE || process.platform !== "linux" || process.arch !== "x64") return;
  const flags = new Set(/^flags\s*:(.*)$/m.exec(readFileSync("/proc/cpuinfo", "utf8"))?.[1].trim().split(" "));
  if (["avx512f", "avx512cd", "avx512bw", "avx512dq", "avx512vl"].every((flag) => flags.has(flag))) {
    process.env.OPENBLAS_CORETYPE = "SkylakeX";
  } else if (flags.has("avx2") && flags.has("fma")) {
    process.env.OPENBLAS_CORETYPE = "Haswell";
  }
}

/** Products by OpenBLAS on the wasm memory, without a copy. */
export function blasGemm(blas: Blas, backend: BackendWasm): Gemm {
  const order = (matrix: HeapMatrix) => (matrix.transposed ? CBLAS_TRANS : CBLAS_NO_TRANS);
  return ({ m, n, k, a, b, c, accumulate }) => {
    requireStride("A", a, a.transposed ? m : k);
    requireStride("B", b, b.transposed ? k : n);
    requireStride("C", c, n);
    const heap = heapOf(backend);
    blas.sgemm(
      CBLAS_ROW_MAJOR,
      order(a),
      order(b),
      m,
      n,
      k,
      1,
      heap.subarray(a.at),
      a.stride,
      heap.subarray(b.at),
      b.stride,
      accumulate ? 1 : 0,
      heap.subarray(c.at),
      c.stride,
    );
  };
}

/** cblas answers a row that is longer than its stride with a line on stderr and leaves C untouched. */
function requireStride(name: string, matrix: HeapMatrix, columns: number): void {
  if (matrix.stride < columns) throw new RangeError(`${name} has rows of ${columns} every ${matrix.stride} floats`);
}
