import type { TensorInfo } from "@tensorflow/tfjs";
import type { BackendWasm } from "@tensorflow/tfjs-backend-wasm";
import {
  type ConvRows,
  outputsOf,
  paddedInputFloats,
  paddedOutputFloats,
  padOutput,
  phaseRows,
  sampleGroups,
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
  const groups = sampleGroups(conv);
  const gradient = allocate(backend, shape);
  const scratch = [paddedInputFloats, paddedOutputFloats].map((floats) => allocate(backend, [floats(groups[0].conv)]));
  const [dyAt, filterAt, gradientAt, windowsAt, outputsAt] = [dy, filter, gradient, ...scratch].map((tensor) =>
    floatsAt(backend, tensor),
  );
  for (const { conv: group, firstSample } of groups) {
    padOutput(heapOf(backend), group, dyAt + firstSample * conv.outRows * conv.outChannels, outputsAt);
    heapOf(backend).fill(0, windowsAt, windowsAt + paddedInputFloats(group));
    for (let phase = 0; phase < conv.phases; phase++) {
      gemm({
        m: phaseRows(group, phase),
        n: conv.kernel * conv.inChannels,
        k: conv.outChannels,
        a: outputsOf(conv, phase, outputsAt),
        b: { at: filterAt, stride: conv.outChannels, transposed: true },
        c: windowsOf(conv, phase, windowsAt),
        accumulate: true,
      });
    }
    unpadInput(heapOf(backend), group, windowsAt, gradientAt + firstSample * conv.inRows * conv.inChannels);
  }
  for (const tensor of scratch) backend.disposeData(tensor.dataId);
  return gradient;
}
