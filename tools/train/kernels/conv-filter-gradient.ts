import type { TensorInfo } from "@tensorflow/tfjs";
import type { BackendWasm } from "@tensorflow/tfjs-backend-wasm";
import {
  type ConvRows,
  outputsOf,
  paddedInputFloats,
  paddedOutputFloats,
  padInput,
  padOutput,
  phaseRows,
  sampleGroups,
  windowsOf,
} from "./conv-rows.ts";
import type { Gemm } from "./gemm.ts";
import { allocate, floatsAt, heapOf } from "./heap.ts";

/** d loss / d filter [1][kernel][in][out] = sum over samples and phases of windows_p^T * dy_p. */
export function convFilterGradient(
  backend: BackendWasm,
  gemm: Gemm,
  conv: ConvRows,
  x: TensorInfo,
  dy: TensorInfo,
): TensorInfo {
  const groups = sampleGroups(conv);
  const gradient = allocate(backend, [1, conv.kernel, conv.inChannels, conv.outChannels]);
  const scratch = [paddedInputFloats, paddedOutputFloats].map((floats) => allocate(backend, [floats(groups[0].conv)]));
  const [xAt, dyAt, gradientAt, windowsAt, outputsAt] = [x, dy, gradient, ...scratch].map((tensor) =>
    floatsAt(backend, tensor),
  );
  for (const { conv: group, firstSample } of groups) {
    padInput(heapOf(backend), group, xAt + firstSample * conv.inRows * conv.inChannels, windowsAt);
    padOutput(heapOf(backend), group, dyAt + firstSample * conv.outRows * conv.outChannels, outputsAt);
    for (let phase = 0; phase < conv.phases; phase++) {
      gemm({
        m: conv.kernel * conv.inChannels,
        n: conv.outChannels,
        k: phaseRows(group, phase),
        a: { ...windowsOf(conv, phase, windowsAt), transposed: true },
        b: outputsOf(conv, phase, outputsAt),
        c: { at: gradientAt, stride: conv.outChannels },
        accumulate: firstSample > 0 || phase > 0,
      });
    }
  }
  for (const tensor of scratch) backend.disposeData(tensor.dataId);
  return gradient;
}
