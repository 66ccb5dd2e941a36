import { wordGroup } from "../kernels/gemm.swar";
import { quadGroup } from "../kernels/gemm.relaxed";
import { PANEL_LANES, PANEL_PAIRS, PANEL_QUADS, PANEL_WORDS } from "../kernels/panel";
import { OP_DENSE, OP_DEPTHWISE_CONV1D, TYPE_INT16 } from "../shared/ops";
import { EngineState } from "./engine-state";
import { Layer } from "./layer";
import { tensorAt } from "./tensor";
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
    layer.panelKind = PANEL_PAIRS;
  } else if (isDefined(QHUBERT_INTRINSICS)) {
    layer.panelKind = PANEL_QUADS;
  } else {
    layer.panelKind = PANEL_WORDS;
    layer.group = wordGroup(weight);
  }
}

/** Bytes that the kernel of a layer wants for its prepared input. */
export function inputScratchBytes(state: EngineState, layer: Layer): i32 {
  const input = tensorAt(state.tensorsAt, layer.inputA);
  if (layer.panelKind != PANEL_PAIRS || input.type == TYPE_INT16) return 0;
  const rows = layer.op == OP_DENSE ? 1 : input.capacity;
  return 2 * rows * input.channels;
}
