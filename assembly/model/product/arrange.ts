import { addressOf, at, I8View, I16View, I32View, U8View } from "../../views";
import { arrangeWords } from "../../kernels/gemm.swar";
import {
  PANEL_BYTE_PAIRS, PANEL_LANES, PANEL_OFFSET_QUADS, PANEL_PAIRS, PANEL_QUADS, PANEL_STRASSEN, PANEL_WINOGRAD_QUADS,
} from "../../kernels/panel";
import { arrangePairsPacked, arrangeQuadsPacked } from "../../kernels/panel.dsp";
import { arrangeBytePairs, arrangeQuadsSimd } from "../../kernels/panel.simd";
import { unpack } from "../../kernels/unpack";
import { unpackPlanes } from "../../kernels/unpack-planes";
import { unpackPlanesSimd } from "../../kernels/unpack-planes.simd";
import { unpackSimd } from "../../kernels/unpack.simd";
import { arrangeWinogradQuads } from "../../kernels/winograd-quads-panel.relaxed";
import { arrangeWinograd } from "../../kernels/winograd-panel.simd";
import { TILE_CHANNELS } from "../../shared/limits";
import { EngineState } from "../engine-state";
import { Layer } from "../layer";
import { maxWeight, panelBytesOf, tapSpanOf, tapsOf } from "./tile";

/** Makes the panel that a layer's kernel takes from the packed tile at hand. */
export function makePanel(state: EngineState, layer: Layer, lanes: i32, panel: i32): void {
  const taps = tapsOf(layer);
  const span = tapSpanOf(layer);
  const lanes8 = at<I8View>(lanesAt(state, layer, taps * span, panel));
  const packed = at<U8View>(state.packedAt);
  if (ASC_FEATURE_SIMD) {
    if (layer.planes != 0) unpackPlanesSimd(packed, lanes8, taps * span, layer.bits);
    else unpackSimd(packed, lanes8, taps * span, lanes, layer.bits, layer.grid);
    arrangeSimd(layer, lanes8, taps, span, panel);
  } else {
    if (layer.planes != 0) unpackPlanes(packed, at<I32View>(addressOf(lanes8)), taps * span, layer.bits);
    else unpack(packed, lanes8, taps * span, lanes, layer.bits, layer.grid);
    arrange(layer, lanes8, taps, span, panel);
  }
}

function arrangeSimd(layer: Layer, lanes8: I8View, taps: i32, span: i32, panel: i32): void {
  switch (layer.panelKind) {
    case PANEL_LANES:
    case PANEL_STRASSEN: break;
    case PANEL_BYTE_PAIRS: arrangeBytePairs(lanes8, taps, span, at<I8View>(panel)); break;
    default:
      if (ASC_FEATURE_RELAXED_SIMD) arrangeRelaxed(layer, lanes8, taps, span, panel);
      else arrangeWinograd(lanes8, <i32>layer.stride * layer.inChannels, span, at<I16View>(panel));
  }
}

function arrangeRelaxed(layer: Layer, lanes8: I8View, taps: i32, span: i32, panel: i32): void {
  const weight = maxWeight(layer);
  if (layer.panelKind == PANEL_WINOGRAD_QUADS) {
    arrangeWinogradQuads(lanes8, <i32>layer.stride * layer.inChannels, span, weight, at<I8View>(panel));
  } else {
    arrangeQuadsSimd(lanes8, taps, span, layer.panelKind == PANEL_OFFSET_QUADS ? weight : 0, at<I8View>(panel));
  }
}

function arrange(layer: Layer, lanes8: I8View, taps: i32, span: i32, panel: i32): void {
  if (layer.panelKind == PANEL_LANES) return;
  if (!isDefined(QHUBERT_INTRINSICS)) arrangeWords(lanes8, taps, span, at<I32View>(panel));
  else if (layer.panelKind == PANEL_QUADS) arrangeQuadsPacked(lanes8, taps, span, at<I8View>(panel));
  else arrangePairsPacked(lanes8, taps, span, at<I16View>(panel));
}

/** Address of the unpacked lanes. Without SIMD, where RAM is short, it is the panel's own end, overwritten lane by lane. */
function lanesAt(state: EngineState, layer: Layer, count: i32, panel: i32): i32 {
  if (takesLanes(layer)) return panel;
  return arrangesInPlace(layer) ? panel + panelBytesOf(layer) - count * TILE_CHANNELS : state.lanesAt;
}

/** Whether the unpacked lanes are the panel. */
// @ts-ignore: decorator
@inline
function takesLanes(layer: Layer): bool {
  return layer.panelKind == PANEL_LANES || (ASC_FEATURE_SIMD && layer.panelKind == PANEL_STRASSEN);
}

// @ts-ignore: decorator
@inline
function arrangesInPlace(layer: Layer): bool {
  return !ASC_FEATURE_SIMD && layer.panelKind != PANEL_PAIRS;
}

/** Bytes of a layer's unpacked lanes beside its panel. */
export function lanesBytes(layer: Layer): i32 {
  const beside = !takesLanes(layer) && !arrangesInPlace(layer);
  return beside ? tapsOf(layer) * tapSpanOf(layer) * TILE_CHANNELS : 0;
}
