import type { TensorInfo } from "@tensorflow/tfjs";
import type { BackendWasm } from "@tensorflow/tfjs-backend-wasm";
import {
  type ConvRows,
  outputsOf,
  paddedInputFloats,
  padOutput,
  phaseRows,
  unpadInput,
  windowsOf,
} from "./conv-rows.ts";
import type { Gemm } from "./gemm.ts";
import { allocate, floatsAt, heapOf } from "./heap.ts";

/** d loss / d x, of the shape given: each phase adds dy_p * filter^T to the windows it read. */
export function convInputGradient(
  backend: BackendWasm,
  gemm: Gemm,
  conv: ConvRows,
  dy: TensorInfo,
  filter: TensorInfo,
  shape: readonly number[],
): TensorInfo {
  const outputs = padOutput(backend, conv, dy);
  const windows = allocate(backend, [paddedInputFloats(conv)]);
  const windowsAt = floatsAt(backend, windows);
  heapOf(backend).fill(0, windowsAt, windowsAt + paddedInputFloats(conv));
  for (let phase = 0; phase < conv.phases; phase++) {
    gemm({
      m: phaseRows(conv, phase),
      n: conv.kernel * conv.inChannels,
      k: conv.outChannels,
      a: outputsOf(conv, phase, floatsAt(backend, outputs)),
      b: { at: floatsAt(backend, filter), stride: conv.outChannels, transposed: true },
      c: windowsOf(conv, phase, windowsAt),
      accumulate: true,
    });
  }
  const gradient = unpadInput(backend, conv, windows, shape);
  for (const tensor of [windows, outputs]) backend.disposeData(tensor.dataId);
  return gradient;
}
