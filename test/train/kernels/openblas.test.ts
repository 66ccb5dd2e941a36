import { describe, it } from "vitest";
import { loadBlas } from "../../../tools/train/kernels/blas-gemm.ts";
import { describeKernels } from "./kernel-suite.ts";

const missing = reasonWithoutBlas();

if (missing === null) describeKernels("wasm+openblas");
else describe(`kernels of wasm+openblas (${missing})`, () => it.skip("are held against the cpu backend", () => {}));

function reasonWithoutBlas(): string | null {
  try {
    loadBlas();
    return null;
  } catch (error) {
    return (error as Error).message;
  }
}
