import { at, I8View, I16View, I32View } from "../views";
import { depthwiseConv1d } from "../kernels/depthwise-conv1d";
import { depthwiseConv1dSimd } from "../kernels/depthwise-conv1d.simd";
import { gemm } from "../kernels/gemm";
import { accumulatePacked, gemmPacked } from "../kernels/gemm.dsp";
import { accumulateQuads, gemmQuads } from "../kernels/gemm.relaxed";
import { accumulatePairs, gemmPairs, widen } from "../kernels/gemm.simd";
import { accumulateWords, gemmWords } from "../kernels/gemm.swar";
import { PANEL_PAIRS, PANEL_WINOGRAD } from "../kernels/panel";
import { Product } from "../kernels/product";
import { gemmWinograd, winogradTransform } from "../kernels/winograd.simd";
import { OP_DEPTHWISE_CONV1D, TYPE_INT16 } from "../shared/ops";
import { EngineState } from "./engine-state";
import { Layer } from "./layer";

/** Which kernel takes which panel is fixed by the build: a build holds no kernel that it does not use. */

/** Puts the input of a product, `elements` from its first on, into the form that the layer's kernel takes. */
export function prepareInput(state: EngineState, layer: Layer, type: i32, elements: i32): void {
  const product = at<Product>(state.productAt);
  if (ASC_FEATURE_SIMD && layer.panelKind == PANEL_PAIRS && type != TYPE_INT16) {
    widen(at<I8View>(product.input), at<I16View>(state.inputScratchAt), elements);
    product.input = state.inputScratchAt;
  }
  if (ASC_FEATURE_SIMD && layer.panelKind == PANEL_WINOGRAD) {
    winogradTransform(product.input, layer.inChannels, layer.kernel, product.columns, state.inputScratchAt);
  }
}

/** Computes a product of eight channels. */
export function multiply(state: EngineState, layer: Layer, type: i32): void {
  const product = at<Product>(state.productAt);
  if (layer.op == OP_DEPTHWISE_CONV1D) {
    if (ASC_FEATURE_SIMD) depthwiseConv1dSimd(product);
    else depthwiseConv1d(product);
  } else if (ASC_FEATURE_SIMD) {
    if (layer.panelKind == PANEL_PAIRS) gemmPairs(product);
    else if (layer.panelKind == PANEL_WINOGRAD) gemmWinograd(product, state.inputScratchAt);
    else if (ASC_FEATURE_RELAXED_SIMD) gemmQuads(product, layer.group);
  } else if (isDefined(QHUBERT_INTRINSICS)) {
    if (type == TYPE_INT16) gemmPacked<i16>(product);
    else gemmPacked<i8>(product);
  } else if (type == TYPE_INT16) {
    gemm<I16View>(product);
  } else {
    gemmWords(product, layer.group);
  }
}

/** sums[lane] += the prepared row times the panel of eight channels. */
export function accumulateRow(state: EngineState, layer: Layer, panel: i32, sums: I32View): void {
  const input = at<Product>(state.productAt).input;
  const span = <i32>layer.inChannels;
  if (ASC_FEATURE_SIMD) {
    if (layer.panelKind == PANEL_PAIRS) accumulatePairs(at<I16View>(input), span, at<I16View>(panel), sums);
    else if (ASC_FEATURE_RELAXED_SIMD) accumulateQuads(at<I8View>(input), span, at<I8View>(panel), sums);
  } else if (isDefined(QHUBERT_INTRINSICS)) {
    accumulatePacked<i8>(input, span, panel, sums);
  } else {
    accumulateWords(at<I8View>(input), span, at<I32View>(panel), layer.group, sums);
  }
}
