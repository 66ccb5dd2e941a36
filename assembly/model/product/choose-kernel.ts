import { offsetQuadGroup, quadGroup } from "../../kernels/gemm.relaxed";
import { wordGroup } from "../../kernels/gemm.swar";
import {
  PANEL_BYTE_PAIRS, PANEL_LANES, PANEL_OFFSET_QUADS, PANEL_PAIRS, PANEL_QUADS, PANEL_STRASSEN, PANEL_WINOGRAD,
  PANEL_WINOGRAD_QUADS, PANEL_WORDS,
} from "../../kernels/panel";
import { STRASSEN_COLUMNS, strassenFits, strassenScratchBytes } from "../../kernels/strassen.simd";
import { winogradFits, winogradScratchBytes } from "../../kernels/winograd.simd";
import { winogradQuadsFits, winogradQuadsScratchBytes } from "../../kernels/winograd-quads.relaxed";
import { OP_CONV1D, OP_DENSE, OP_DEPTHWISE_CONV1D, TYPE_INT13 } from "../../shared/ops";
import { EngineState } from "../engine-state";
import { Layer, spanOf } from "../layer";
import { isWide, Tensor, tensorAt } from "../tensor";
import { maxWeight, tapsOf, tapSpanOf } from "./tile";

/**
 * Chooses the kernel of a layer with weights: the build's fastest one that is exact for its width and its input. Each
 * kernel's own file proves its bound; `group` is how many of its steps stay within it.
 */
export function chooseKernel(state: EngineState, layer: Layer): void {
  const input = tensorAt(state.tensorsAt, layer.inputA);
  const weight = maxWeight(layer);
  layer.panelKind = chooseKind(layer, input, weight);
  if (ASC_FEATURE_RELAXED_SIMD) {
    layer.group = layer.panelKind == PANEL_OFFSET_QUADS ? offsetQuadGroup(weight, weight) : quadGroup(weight);
  } else {
    layer.group = wordGroup(weight);
  }
}

function chooseKind(layer: Layer, input: Tensor, weight: i32): i32 {
  if (layer.op == OP_DEPTHWISE_CONV1D) return PANEL_LANES;
  const wide = isWide(input.type);
  if (isDefined(QHUBERT_INTRINSICS)) return wide ? PANEL_PAIRS : PANEL_QUADS;
  if (!ASC_FEATURE_SIMD) return wide ? PANEL_LANES : PANEL_WORDS;
  if (wide) return takesStrassen(layer, input) ? PANEL_STRASSEN : PANEL_BYTE_PAIRS;
  if (ASC_FEATURE_RELAXED_SIMD) return chooseRelaxedKind(layer, input, weight);
  return takesWinograd(layer, input, weight) ? PANEL_WINOGRAD : PANEL_BYTE_PAIRS;
}

/** A kernel over int8 rows; PANEL_BYTE_PAIRS where one over i16 is faster or there is none. */
function chooseRelaxedKind(layer: Layer, input: Tensor, weight: i32): i32 {
  if (input.nonNegative == 0) {
    // The weight and its offset, which is the largest weight, are to stay below 128, and two steps to fit an i16: up to six bits.
    return layer.op == OP_CONV1D && offsetQuadGroup(weight, weight) > 1 ? PANEL_OFFSET_QUADS : PANEL_BYTE_PAIRS;
  }
  return takesWinogradQuads(layer, input, weight) ? PANEL_WINOGRAD_QUADS : PANEL_QUADS;
}

/** Fewer columns to a pass gain nothing, nor do fewer elements to a column's step. */
const WINOGRAD_LEAST_COLUMNS = 16;
const WINOGRAD_QUADS_LEAST_COLUMNS = 64;
const WINOGRAD_QUADS_LEAST_STEP = 64;
const WINOGRAD_QUADS_LEAST_STEP_4_BITS = 128;
/** More scratch than this no host should have to grant: a pass of so many samples is better cut up. */
const WINOGRAD_MOST_BYTES = 4194304;

function takesWinogradQuads(layer: Layer, input: Tensor, weight: i32): bool {
  const columnStep = <i32>layer.stride * layer.inChannels;
  const leastStep = weight > 3 ? WINOGRAD_QUADS_LEAST_STEP_4_BITS : WINOGRAD_QUADS_LEAST_STEP;
  return layer.op == OP_CONV1D && layer.dilation == 1 && columnStep >= leastStep &&
    mostColumns(layer, input) >= WINOGRAD_QUADS_LEAST_COLUMNS &&
    winogradQuadsFits(columnStep, tapSpanOf(layer), weight);
}

function takesWinograd(layer: Layer, input: Tensor, weight: i32): bool {
  const columnStep = <i32>layer.stride * layer.inChannels;
  return layer.op == OP_CONV1D && layer.dilation == 1 && mostColumns(layer, input) >= WINOGRAD_LEAST_COLUMNS &&
    winogradFits(columnStep, tapSpanOf(layer), weight) &&
    winogradScratchBytes(columnStep, tapSpanOf(layer), mostColumns(layer, input)) <= WINOGRAD_MOST_BYTES;
}

/** Not in the relaxed build, which has no room for it (docs/decisions/0006). */
function takesStrassen(layer: Layer, input: Tensor): bool {
  return !ASC_FEATURE_RELAXED_SIMD && layer.op == OP_CONV1D && input.type == TYPE_INT13 && tapsOf(layer) == 1 &&
    strassenFits(tapSpanOf(layer), layer.outChannels, mostColumns(layer, input));
}

/** Columns that a pass makes at most. */
function mostColumns(layer: Layer, input: Tensor): i32 {
  return max(0, input.capacity - spanOf(layer)) / layer.stride + 1;
}

/** Bytes that the kernel of a layer wants for its prepared input. */
export function inputScratchBytes(state: EngineState, layer: Layer): i32 {
  if (!ASC_FEATURE_SIMD) return 0;
  const input = tensorAt(state.tensorsAt, layer.inputA);
  if (layer.panelKind == PANEL_BYTE_PAIRS) {
    if (isWide(input.type)) return 0;
    return 2 * (layer.op == OP_DENSE ? 1 : input.capacity) * input.channels;
  }
  const columns = mostColumns(layer, input);
  const columnStep = <i32>layer.stride * layer.inChannels;
  const span = tapSpanOf(layer);
  if (ASC_FEATURE_RELAXED_SIMD) {
    if (layer.panelKind == PANEL_OFFSET_QUADS) return 4 * columns;
    if (layer.panelKind == PANEL_WINOGRAD_QUADS) return winogradQuadsScratchBytes(columnStep, span, columns);
  } else {
    if (layer.panelKind == PANEL_WINOGRAD) return winogradScratchBytes(columnStep, span, columns);
    if (layer.panelKind == PANEL_STRASSEN) return strassenScratchBytes(span, min(columns, STRASSEN_COLUMNS));
  }
  return 0;
}
