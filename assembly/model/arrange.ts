import { at, I8View, I16View, I32View, U8View } from "../views";
import { arrangeWords } from "../kernels/gemm.swar";
import { arrangePairs, arrangeQuads, PANEL_LANES, PANEL_PAIRS, PANEL_QUADS, PANEL_WINOGRAD, PANEL_WORDS } from "../kernels/panel";
import { arrangePairsSimd, arrangeQuadsSimd } from "../kernels/panel.simd";
import { unpack } from "../kernels/unpack";
import { unpackSimd } from "../kernels/unpack.simd";
import { arrangeWinograd } from "../kernels/winograd-panel.simd";
import { TILE_CHANNELS } from "../shared/limits";
import { EngineState } from "./engine-state";
import { Layer } from "./layer";
import { panelBytesOf, tapSpanOf, tapsOf } from "./tiles";

/** Makes the panel that a layer's kernel takes from a packed tile. */
export function makePanel(state: EngineState, layer: Layer, lanes: i32, panel: i32): void {
  const taps = tapsOf(layer);
  const span = tapSpanOf(layer);
  const count = taps * span;
  const lanes8 = at<I8View>(lanesAt(state, layer, count, panel));
  const packed = at<U8View>(state.packedAt);
  if (ASC_FEATURE_SIMD) unpackSimd(packed, lanes8, count, lanes, layer.bits, layer.grid);
  else unpack(packed, lanes8, count, lanes, layer.bits, layer.grid);
  if (layer.panelKind == PANEL_PAIRS) {
    if (ASC_FEATURE_SIMD) arrangePairsSimd(lanes8, taps, span, at<I16View>(panel));
    else if (isDefined(QHUBERT_INTRINSICS)) arrangePairs(lanes8, taps, span, at<I16View>(panel));
  } else if (layer.panelKind == PANEL_WINOGRAD) {
    if (ASC_FEATURE_SIMD) arrangeWinograd(lanes8, layer.kernel, layer.inChannels, at<I16View>(panel));
  } else if (layer.panelKind == PANEL_QUADS) {
    if (ASC_FEATURE_RELAXED_SIMD) arrangeQuadsSimd(lanes8, taps, span, 0, at<I8View>(panel));
    else if (isDefined(QHUBERT_INTRINSICS)) arrangeQuads(lanes8, taps, span, at<I8View>(panel));
  } else if (layer.panelKind == PANEL_WORDS) {
    if (!ASC_FEATURE_SIMD && !isDefined(QHUBERT_INTRINSICS)) arrangeWords(lanes8, taps, span, at<I32View>(panel));
  }
}

/** Where the unpacked lanes go: words take the place of theirs one by one. */
function lanesAt(state: EngineState, layer: Layer, count: i32, panel: i32): i32 {
  if (layer.panelKind == PANEL_LANES) return panel;
  return layer.panelKind == PANEL_WORDS ? panel + panelBytesOf(layer) - count * TILE_CHANNELS : state.lanesAt;
}

/** Bytes of a layer's unpacked lanes beside its panel. */
export function lanesBytes(layer: Layer): i32 {
  const beside = layer.panelKind != PANEL_LANES && layer.panelKind != PANEL_WORDS;
  return beside ? tapsOf(layer) * tapSpanOf(layer) * TILE_CHANNELS : 0;
}
