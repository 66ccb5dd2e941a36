import type { TensorInfo } from "@tensorflow/tfjs";
import type { BackendWasm } from "@tensorflow/tfjs-backend-wasm";
import { type ConvRows, outputsOf, padInput, padOutput, phaseRows, windowsOf } from "./conv-rows.ts";
import type { Gemm } from "./gemm.ts";
import { allocate, floatsAt } from "./heap.ts";

/** d loss / d filter [1][kernel][in][out] = sum over phases of windows_p^T * dy_p. */
export function convFilterGradient(
  backend: BackendWasm,
  gemm: Gemm,
  conv: ConvRows,
  x: TensorInfo,
  dy: TensorInfo,
): TensorInfo {
  const windows = padInput(backend, conv, x);
  const outputs = padOutput(backend, conv, dy);
  const gradient = allocate(backend, [1, conv.kernel, conv.inChannels, conv.outChannels]);
  for (let phase = 0; phase < conv.phases; phase++) {
    gemm({
      m: conv.kernel * conv.inChannels,
      n: conv.outChannels,
      k: phaseRows(conv, phase),
      a: { ...windowsOf(conv, phase, floatsAt(backend, windows)), transposed: true },
      b: outputsOf(conv, phase, floatsAt(backend, outputs)),
      c: { at: floatsAt(backend, gradient), stride: conv.outChannels },
      accumulate: phase > 0,
    });
  }
  for (const tensor of [windows, outputs]) backend.disposeData(tensor.dataId);
  return gradient;
}
