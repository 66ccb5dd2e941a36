import type { TensorInfo } from "@tensorflow/tfjs";
import type { BackendWasm } from "@tensorflow/tfjs-backend-wasm";
import {
  type ConvRows,
  outputsOf,
  paddedInputFloats,
  paddedOutputFloats,
  padInput,
  phaseRows,
  sampleGroups,
  unpadOutput,
  windowsOf,
} from "./conv-rows.ts";
import type { Gemm } from "./gemm.ts";
import { allocate, floatsAt, heapOf } from "./heap.ts";

/** y [batch][1][outRows][out] of x [batch][1][inRows][in] and filter [1][kernel][in][out]. */
export function convForward(
  backend: BackendWasm,
  gemm: Gemm,
  conv: ConvRows,
  x: TensorInfo,
  filter: TensorInfo,
): TensorInfo {
  const groups = sampleGroups(conv);
  const y = allocate(backend, [conv.batch, 1, conv.outRows, conv.outChannels]);
  const scratch = [paddedInputFloats, paddedOutputFloats].map((floats) => allocate(backend, [floats(groups[0].conv)]));
  const [xAt, filterAt, yAt, windowsAt, outputsAt] = [x, filter, y, ...scratch].map((tensor) =>
    floatsAt(backend, tensor),
  );
  for (const { conv: group, firstSample } of groups) {
    padInput(heapOf(backend), group, xAt + firstSample * conv.inRows * conv.inChannels, windowsAt);
    for (let phase = 0; phase < conv.phases; phase++) {
      gemm({
        m: phaseRows(group, phase),
        n: conv.outChannels,
        k: conv.kernel * conv.inChannels,
        a: windowsOf(conv, phase, windowsAt),
        b: { at: filterAt, stride: conv.outChannels },
        c: outputsOf(conv, phase, outputsAt),
      });
    }
    unpadOutput(heapOf(backend), group, outputsAt, yAt + firstSample * conv.outRows * conv.outChannels);
  }
  for (const tensor of scratch) backend.disposeData(tensor.dataId);
  return y;
}
