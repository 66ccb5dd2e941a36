import { at, I8View, I16View, I32View } from "../../views";
import { depthwiseConv1d } from "../../kernels/depthwise-conv1d";
import { depthwiseConv1dSimd } from "../../kernels/depthwise-conv1d.simd";
import { gemm } from "../../kernels/gemm";
import { accumulatePacked, gemmPacked } from "../../kernels/gemm.dsp";
import { columnCorrections } from "../../kernels/column-corrections.simd";
import { gemmWinogradQuads } from "../../kernels/gemm-winograd-quads.relaxed";
import { gemmStrassen } from "../../kernels/gemm-strassen.simd";
import { gemmWinograd } from "../../kernels/gemm-winograd.simd";
import { accumulateQuads, gemmOffsetQuads, gemmQuads } from "../../kernels/gemm.relaxed";
import { accumulatePairs, gemmPairs, widen } from "../../kernels/gemm.simd";
import { accumulateWords, gemmWords } from "../../kernels/gemm.swar";
import {
  PANEL_BYTE_PAIRS, PANEL_LANES, PANEL_OFFSET_QUADS, PANEL_QUADS, PANEL_STRASSEN, PANEL_WINOGRAD, PANEL_WINOGRAD_QUADS,
} from "../../kernels/panel";
import { Product } from "../../kernels/product";
import { strassenColumns } from "../../kernels/strassen.simd";
import { strassenInput } from "../../kernels/strassen-input.simd";
import { winogradTransform } from "../../kernels/winograd-input.simd";
import { winogradQuadsTransform } from "../../kernels/winograd-quads-input.relaxed";
import { OP_DEPTHWISE_CONV1D } from "../../shared/ops";
import { EngineState } from "../engine-state";
import { Layer } from "../layer";
import { isWide } from "../tensor";
import { maxWeight } from "./tile";

/**
 * From a layer's kind of panel to the kernel that takes it. What a build never chooses (choose-kernel.ts) it does not hold.
 */

/** Puts the input of a product, `elements` from its first on, into the form that the layer's kernel takes. */
export function prepareInput(state: EngineState, layer: Layer, type: i32, elements: i32): void {
  if (!ASC_FEATURE_SIMD) return;
  const product = at<Product>(state.productAt);
  const scratch = state.inputScratchAt;
  if (layer.panelKind == PANEL_BYTE_PAIRS && !isWide(type)) {
    widen(at<I8View>(product.input), at<I16View>(scratch), elements);
    product.input = scratch;
  } else if (!ASC_FEATURE_RELAXED_SIMD) {
    if (layer.panelKind == PANEL_WINOGRAD) {
      winogradTransform(product.input, product.columnStep, product.span, product.columns, scratch);
    } else if (layer.panelKind == PANEL_STRASSEN) {
      strassenInput(product, scratch);
    }
  } else {
    const weight = maxWeight(layer);
    if (layer.panelKind == PANEL_OFFSET_QUADS) {
      columnCorrections(product, weight, at<I32View>(scratch));
    } else if (layer.panelKind == PANEL_WINOGRAD_QUADS) {
      winogradQuadsTransform(product.input, product.columnStep, product.span, product.columns, weight, scratch);
    }
  }
}

/** Columns of a pass that a layer's kernel takes together. */
export function columnsTogether(layer: Layer, columns: i32): i32 {
  if (ASC_FEATURE_SIMD && !ASC_FEATURE_RELAXED_SIMD && layer.panelKind == PANEL_STRASSEN) return strassenColumns(columns);
  return columns;
}

/** Computes a product of eight channels. */
export function multiply(state: EngineState, layer: Layer, type: i32): void {
  const product = at<Product>(state.productAt);
  if (ASC_FEATURE_SIMD) {
    switch (layer.panelKind) {
      case PANEL_LANES: depthwiseConv1dSimd(product); break;
      case PANEL_BYTE_PAIRS: gemmPairs(product); break;
      default:
        if (ASC_FEATURE_RELAXED_SIMD) multiplyRelaxed(state, layer, product);
        else if (layer.panelKind == PANEL_STRASSEN) gemmStrassen(product, state.inputScratchAt);
        else gemmWinograd(product, state.inputScratchAt);
    }
  } else if (layer.op == OP_DEPTHWISE_CONV1D) {
    depthwiseConv1d(product);
  } else if (isDefined(QHUBERT_INTRINSICS)) {
    if (isWide(type)) gemmPacked<i16>(product);
    else gemmPacked<i8>(product);
  } else if (isWide(type)) {
    gemm<I16View>(product);
  } else {
    gemmWords(product, layer.group);
  }
}

function multiplyRelaxed(state: EngineState, layer: Layer, product: Product): void {
  const scratch = state.inputScratchAt;
  if (layer.panelKind == PANEL_QUADS) gemmQuads(product, layer.group);
  else if (layer.panelKind == PANEL_OFFSET_QUADS) gemmOffsetQuads(product, layer.group, at<I32View>(scratch));
  else gemmWinogradQuads(product, maxWeight(layer), scratch);
}

/** sums[lane] += the prepared row times the panel of eight channels. */
export function accumulateRow(state: EngineState, layer: Layer, panel: i32, sums: I32View): void {
  const input = at<Product>(state.productAt).input;
  const span = <i32>layer.inChannels;
  if (ASC_FEATURE_SIMD) {
    if (layer.panelKind == PANEL_BYTE_PAIRS) accumulatePairs(at<I16View>(input), span, at<I8View>(panel), sums);
    else if (ASC_FEATURE_RELAXED_SIMD) accumulateQuads(at<I8View>(input), span, at<I8View>(panel), sums);
  } else if (isDefined(QHUBERT_INTRINSICS)) {
    accumulatePacked<i8>(input, span, panel, sums);
  } else {
    accumulateWords(at<I8View>(input), span, at<I32View>(panel), layer.group, sums);
  }
}
