import type { TensorInfo } from "@tensorflow/tfjs";
import type { BackendWasm } from "@tensorflow/tfjs-backend-wasm";
import { type ConvRows, outputsOf, padInput, phaseRows, unpadOutput, windowsOf } from "./conv-rows.ts";
import type { Gemm } from "./gemm.ts";
import { allocate, floatsAt } from "./heap.ts";

/** y [batch][1][outRows][out] of x [batch][1][inRows][in] and filter [1][kernel][in][out]. */
export function convForward(
  backend: BackendWasm,
  gemm: Gemm,
  conv: ConvRows,
  x: TensorInfo,
  filter: TensorInfo,
): TensorInfo {
  const windows = padInput(backend, conv, x);
  const outputs = allocate(backend, [conv.batch, conv.slots, conv.outChannels]);
  for (let phase = 0; phase < conv.phases; phase++) {
    gemm({
      m: phaseRows(conv, phase),
      n: conv.outChannels,
      k: conv.kernel * conv.inChannels,
      a: windowsOf(conv, phase, floatsAt(backend, windows)),
      b: { at: floatsAt(backend, filter), stride: conv.outChannels },
      c: outputsOf(conv, phase, floatsAt(backend, outputs)),
    });
  }
  const y = unpadOutput(backend, conv, outputs);
  for (const tensor of [windows, outputs]) backend.disposeData(tensor.dataId);
  return y;
}
