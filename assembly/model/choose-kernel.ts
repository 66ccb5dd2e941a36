import { wordGroup } from "../kernels/gemm.swar";
import { quadGroup } from "../kernels/gemm.relaxed";
import { PANEL_LANES, PANEL_PAIRS, PANEL_QUADS, PANEL_WINOGRAD, PANEL_WORDS } from "../kernels/panel";
import { winogradFits, winogradScratchBytes } from "../kernels/winograd.simd";
import { OP_CONV1D, OP_DENSE, OP_DEPTHWISE_CONV1D, TYPE_INT16 } from "../shared/ops";
import { EngineState } from "./engine-state";
import { Layer, spanOf } from "./layer";
import { Tensor, tensorAt } from "./tensor";
import { maxWeight } from "./tiles";

/**
 * Chooses the kernel of a layer with weights: the build's fastest one that is exact for its width and its input. Each
 * kernel's own file proves its bound; `group` is how many of its steps stay within it.
 */
export function chooseKernel(state: EngineState, layer: Layer): void {
  const input = tensorAt(state.tensorsAt, layer.inputA);
  const weight = maxWeight(layer);
  layer.group = 0;
  if (layer.op == OP_DEPTHWISE_CONV1D) {
    layer.panelKind = PANEL_LANES;
  } else if (input.type == TYPE_INT16) {
    layer.panelKind = ASC_FEATURE_SIMD || isDefined(QHUBERT_INTRINSICS) ? PANEL_PAIRS : PANEL_LANES;
  } else if (ASC_FEATURE_RELAXED_SIMD && input.nonNegative != 0) {
    layer.panelKind = PANEL_QUADS;
    layer.group = quadGroup(weight);
  } else if (ASC_FEATURE_SIMD) {
    layer.panelKind = takesWinograd(layer, input, weight) ? PANEL_WINOGRAD : PANEL_PAIRS;
  } else if (isDefined(QHUBERT_INTRINSICS)) {
    layer.panelKind = PANEL_QUADS;
  } else {
    layer.panelKind = PANEL_WORDS;
    layer.group = wordGroup(weight);
  }
}

/** Fewer columns to a pass gain nothing (kernel bench). */
const WINOGRAD_LEAST_COLUMNS = 16;
/** More scratch than this no host should have to grant: a pass of so many samples belongs cut up. */
const WINOGRAD_MOST_BYTES = 4194304;

function takesWinograd(layer: Layer, input: Tensor, weight: i32): bool {
  const columns = input.capacity - spanOf(layer) + 1;
  return layer.op == OP_CONV1D && layer.stride == 1 && layer.dilation == 1 && columns >= WINOGRAD_LEAST_COLUMNS &&
    winogradFits(layer.kernel, input.channels, weight) &&
    winogradScratchBytes(layer.kernel, input.channels, input.capacity) <= WINOGRAD_MOST_BYTES;
}

/** Bytes that the kernel of a layer wants for its prepared input. */
export function inputScratchBytes(state: EngineState, layer: Layer): i32 {
  const input = tensorAt(state.tensorsAt, layer.inputA);
  if (ASC_FEATURE_SIMD && layer.panelKind == PANEL_WINOGRAD) {
    return winogradScratchBytes(layer.kernel, input.channels, input.capacity);
  }
  if (layer.panelKind != PANEL_PAIRS || input.type == TYPE_INT16) return 0;
  const rows = layer.op == OP_DENSE ? 1 : input.capacity;
  return 2 * rows * input.channels;
}
