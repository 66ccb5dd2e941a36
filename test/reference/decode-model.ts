import * as layout from "../../assembly/shared/layout.ts";
import { TILE_CHANNELS } from "../../assembly/shared/limits.ts";
import { OP_AVERAGE_POOL, OP_CONV1D, OP_DENSE, OP_DEPTHWISE_CONV1D } from "../../assembly/shared/ops.ts";
import { decodeTile, tileBytes } from "./decode-weights.ts";
import type { Layer } from "./layer.ts";

export interface Network {
  /** 0: streams over the whole record. */
  readonly windowSamples: number;
  readonly logitFractionBits: number;
  readonly layers: readonly Layer[];
}

/** Decodes a sound model file (FORMAT.md). It checks nothing: that is the engine's task. */
export function decodeModel(file: Uint8Array): Network {
  const network = sectionOf(file, layout.SECTION_NETWORK);
  const layerCount = network.getUint16(layout.NETWORK_LAYER_COUNT_AT, true);
  return {
    windowSamples: network.getUint32(layout.NETWORK_WINDOW_SAMPLES_AT, true),
    logitFractionBits: network.getUint32(layout.NETWORK_LOGIT_FRACTION_BITS_AT, true),
    layers: Array.from({ length: layerCount }, (_, index) => decodeLayer(file, index)),
  };
}

function sectionOf(file: Uint8Array, kind: number): DataView {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const entryAt = layout.HEADER_BYTES + (kind - 1) * layout.SECTION_ENTRY_BYTES;
  const offset = view.getUint32(entryAt + layout.SECTION_OFFSET_AT, true);
  return new DataView(file.buffer, file.byteOffset + offset, view.getUint32(entryAt + layout.SECTION_LENGTH_AT, true));
}

function decodeLayer(file: Uint8Array, index: number): Layer {
  const layers = sectionOf(file, layout.SECTION_LAYERS);
  const u8 = (at: number): number => layers.getUint8(index * layout.LAYER_BYTES + at);
  const u16 = (at: number): number => layers.getUint16(index * layout.LAYER_BYTES + at, true);
  const u32 = (at: number): number => layers.getUint32(index * layout.LAYER_BYTES + at, true);
  const i16 = (at: number): number => layers.getInt16(index * layout.LAYER_BYTES + at, true);
  const shape = {
    op: u8(layout.LAYER_OP_AT),
    activation: u8(layout.LAYER_ACTIVATION_AT),
    bits: u8(layout.LAYER_BITS_AT),
    grid: u8(layout.LAYER_GRID_AT),
    inputA: u16(layout.LAYER_INPUT_A_AT),
    inputB: u16(layout.LAYER_INPUT_B_AT),
    inChannels: u16(layout.LAYER_IN_CHANNELS_AT),
    outChannels: u16(layout.LAYER_OUT_CHANNELS_AT),
    kernel: u16(layout.LAYER_KERNEL_AT),
    stride: u16(layout.LAYER_STRIDE_AT),
    dilation: u16(layout.LAYER_DILATION_AT),
    padLeft: u16(layout.LAYER_PAD_LEFT_AT),
    padRight: u16(layout.LAYER_PAD_RIGHT_AT),
    shift: u8(layout.LAYER_SHIFT_AT),
    outType: u8(layout.LAYER_OUT_TYPE_AT),
    multiplierA: i16(layout.LAYER_MULTIPLIER_A_AT),
    multiplierB: i16(layout.LAYER_MULTIPLIER_B_AT),
  };
  const rows = requantizationRows(shape);
  const firstRow = u32(layout.LAYER_REQUANTIZATION_AT);
  return {
    ...shape,
    multipliers: requantizationColumn(file, firstRow, rows, layout.REQUANTIZATION_MULTIPLIER_AT),
    biases: requantizationColumn(file, firstRow, rows, layout.REQUANTIZATION_BIAS_AT),
    weights: decodeWeights(sectionOf(file, layout.SECTION_WEIGHTS), shape, u32(layout.LAYER_WEIGHTS_AT)),
  };
}

type Shape = Omit<Layer, "multipliers" | "biases" | "weights">;

function requantizationRows(shape: Shape): number {
  if ([OP_CONV1D, OP_DEPTHWISE_CONV1D, OP_DENSE].includes(shape.op)) return shape.outChannels;
  return shape.op === OP_AVERAGE_POOL ? shape.kernel : 0;
}

function requantizationColumn(file: Uint8Array, firstRow: number, rows: number, at: number): Int32Array {
  const section = sectionOf(file, layout.SECTION_REQUANTIZATION);
  return Int32Array.from({ length: rows }, (_, row) =>
    section.getInt32((firstRow + row) * layout.REQUANTIZATION_BYTES + at, true),
  );
}

/**
 * Tiles of up to TILE_CHANNELS output channels, each [k][lane]. A conv has one group of tiles over all its taps, where a
 * channel of a depthwise one meets itself alone; a dense layer has one group a column.
 */
function decodeWeights(section: DataView, shape: Shape, weightsAt: number): Int32Array {
  if (shape.grid === 0) return new Int32Array(0);
  const { kernel, inChannels, outChannels, bits, grid } = shape;
  const groups = shape.op === OP_DENSE ? kernel : 1;
  const fanIn = kernel * (shape.op === OP_DEPTHWISE_CONV1D ? 1 : inChannels);
  const depth = fanIn / groups;
  const weights = new Int32Array(outChannels * fanIn);
  let at = section.byteOffset + weightsAt;
  for (let group = 0; group < groups; group++) {
    for (let first = 0; first < outChannels; first += TILE_CHANNELS) {
      const lanes = Math.min(TILE_CHANNELS, outChannels - first);
      const bytes = tileBytes(depth, lanes, bits, grid);
      const tile = decodeTile(new Uint8Array(section.buffer, at, bytes), depth, lanes, bits, grid);
      tile.forEach((weight, n) => {
        const k = group * depth + Math.floor(n / lanes);
        weights[(first + (n % lanes)) * fanIn + k] = weight;
      });
      at += bytes;
    }
  }
  return weights;
}
