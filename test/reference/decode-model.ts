import * as layout from "../../assembly/shared/layout.ts";
import { TILE_CHANNELS } from "../../assembly/shared/limits.ts";
import {
  ACTIVATION_TABLE,
  OP_ATTENTION,
  OP_AVERAGE_POOL,
  OP_CONV1D,
  OP_DENSE,
  OP_DEPTHWISE_CONV1D,
  OP_GROUP_NORM,
  OP_LAYER_NORM,
} from "../../assembly/shared/ops.ts";
import { decodePlanes, decodeTile, tileBytes } from "./decode-weights.ts";
import type { Layer } from "./layer.ts";

export interface Network {
  /** 0: streams over the whole record. */
  readonly windowSamples: number;
  readonly logitFractionBits: number;
  readonly layers: readonly Layer[];
}

/** Decodes a rung of a sound model file (FORMAT.md). It checks nothing: that is the engine's task. */
export function decodeModel(bytes: Uint8Array, rung = 0): Network {
  const file: RungOfFile = { bytes, rung };
  const network = sectionOf(file, layout.SECTION_NETWORK);
  const layerCount = network.getUint16(layout.NETWORK_LAYER_COUNT_AT, true);
  return {
    windowSamples: network.getUint32(layout.NETWORK_WINDOW_SAMPLES_AT, true),
    logitFractionBits: network.getUint32(layout.NETWORK_LOGIT_FRACTION_BITS_AT, true),
    layers: Array.from({ length: layerCount }, (_, index) => decodeLayer(file, index)),
  };
}

interface RungOfFile {
  readonly bytes: Uint8Array;
  readonly rung: number;
}

/** The rung's own section of a kind, which is the last of that kind up to it, else the shared one. */
function sectionOf({ bytes, rung }: RungOfFile, kind: number): DataView {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const entries = layout.SECTION_COUNT + rung * layout.RUNG_SECTION_COUNT;
  const table = Array.from({ length: entries }, (_, entry) => {
    const entryAt = layout.HEADER_BYTES + entry * layout.SECTION_ENTRY_BYTES;
    const [found, offset, length] = [0, 4, 8].map((field) => view.getUint32(entryAt + field, true));
    return { found, offset, length };
  });
  const { offset, length } = table.findLast(({ found }) => found === kind) as (typeof table)[number];
  return new DataView(bytes.buffer, bytes.byteOffset + offset, length);
}

function decodeLayer(file: RungOfFile, index: number): Layer {
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
    groups: u16(layout.LAYER_GROUPS_AT) || 1,
    inputC: u16(layout.LAYER_INPUT_C_AT),
    epsilon: u32(layout.LAYER_EPSILON_AT),
    tableShift: u8(layout.LAYER_TABLE_SHIFT_AT),
  };
  const rows = requantizationRows(shape);
  const rowForm = u8(layout.LAYER_ROW_FORM_AT);
  const rowsAt = u32(layout.LAYER_REQUANTIZATION_AT);
  return {
    ...shape,
    ...(rowForm === 0 ? decodeRows(file, rowsAt, rows) : decodeNarrowRows(file, rowsAt, rows, 2 ** (rowForm - 1))),
    table: decodeTable(file, rowsAt + rows * (rowForm === 0 ? 8 : 4), shape),
    weights: decodeWeights(sectionOf(file, layout.SECTION_WEIGHTS), shape, {
      at: u32(layout.LAYER_WEIGHTS_AT),
      bytes: u32(layout.LAYER_WEIGHTS_LENGTH_AT),
      planes: u8(layout.LAYER_PLANES_AT),
    }),
  };
}

type Shape = Omit<Layer, "multipliers" | "biases" | "table" | "weights">;

/** The number of a layer's rows of multipliers; the rows of its table stand after them. */
function requantizationRows(shape: Shape): number {
  switch (shape.op) {
    case OP_CONV1D:
    case OP_DEPTHWISE_CONV1D:
    case OP_DENSE:
    case OP_LAYER_NORM:
    case OP_GROUP_NORM:
      return shape.outChannels;
    case OP_AVERAGE_POOL:
      return shape.kernel;
    case OP_ATTENTION:
      return 1;
    default:
      return 0;
  }
}

function decodeRows(file: RungOfFile, rowsAt: number, rows: number): Pick<Layer, "multipliers" | "biases"> {
  const section = sectionOf(file, layout.SECTION_REQUANTIZATION);
  const column = (at: number) =>
    Int32Array.from({ length: rows }, (_, row) => section.getInt32(rowsAt + 8 * row + at, true));
  return { multipliers: column(0), biases: column(4) };
}

/** FORMAT.md, "Narrow rows". */
function decodeNarrowRows(file: RungOfFile, rowsAt: number, rows: number, biasUnit: number) {
  const section = sectionOf(file, layout.SECTION_REQUANTIZATION);
  return {
    multipliers: Int32Array.from({ length: rows }, (_, row) => 32768 * section.getUint16(rowsAt + 4 * row, true)),
    biases: Int32Array.from({ length: rows }, (_, row) => biasUnit * section.getInt16(rowsAt + 4 * row + 2, true)),
  };
}

function decodeTable(file: RungOfFile, tableAt: number, shape: Shape): Int32Array {
  if (shape.activation !== ACTIVATION_TABLE) return new Int32Array(0);
  const section = sectionOf(file, layout.SECTION_REQUANTIZATION);
  return Int32Array.from({ length: layout.ACTIVATION_TABLE_ENTRIES }, (_, entry) =>
    section.getInt16(tableAt + 2 * entry, true),
  );
}

/** Runs of tiles that stand one behind the other, each [k][lane] with up to TILE_CHANNELS lanes. */
interface TileRun {
  readonly firstChannel: number;
  readonly channels: number;
  /** The weights of an output channel that the run's tiles hold: the first, and how many. */
  readonly firstWeight: number;
  readonly depth: number;
}

/** A conv has a run a group of channels, over all its taps; a dense layer one a column, of all channels. */
function tileRuns(shape: Shape, fanIn: number): TileRun[] {
  const { kernel, outChannels, groups } = shape;
  if (shape.op === OP_DENSE) {
    const depth = fanIn / kernel;
    return Array.from({ length: kernel }, (_, column) => ({
      ...{ firstChannel: 0, channels: outChannels, depth },
      firstWeight: column * depth,
    }));
  }
  const channels = outChannels / groups;
  return Array.from({ length: groups }, (_, group) => ({
    ...{ channels, firstWeight: 0, depth: fanIn },
    firstChannel: group * channels,
  }));
}

interface StoredWeights {
  readonly at: number;
  readonly bytes: number;
  /** 0: each tile is a bit stream. */
  readonly planes: number;
}

function decodeWeights(section: DataView, shape: Shape, { at: weightsAt, bytes, planes }: StoredWeights): Int32Array {
  if (shape.grid === 0) return new Int32Array(0);
  const { kernel, inChannels, outChannels, groups, bits, grid } = shape;
  const fanIn = kernel * (shape.op === OP_DEPTHWISE_CONV1D ? 1 : inChannels / groups);
  const weights = new Int32Array(outChannels * fanIn);
  let at = section.byteOffset + weightsAt;
  for (const { firstChannel, channels, firstWeight, depth } of tileRuns(shape, fanIn)) {
    for (let first = 0; first < channels; first += TILE_CHANNELS) {
      const lanes = Math.min(TILE_CHANNELS, channels - first);
      const bytesAt = (from: number, count: number) => new Uint8Array(section.buffer, from, count);
      const upper = Array.from({ length: planes > 0 ? bits : 0 }, (_, plane) =>
        bytesAt(at + (plane * bytes) / planes, depth),
      );
      const tileLength = planes > 0 ? depth : tileBytes(depth, lanes, bits, grid);
      const tile =
        planes > 0 ? decodePlanes(upper, lanes) : decodeTile(bytesAt(at, tileLength), depth, lanes, bits, grid);
      tile.forEach((weight, n) => {
        const channel = firstChannel + first + (n % lanes);
        weights[channel * fanIn + firstWeight + Math.floor(n / lanes)] = weight;
      });
      at += tileLength;
    }
  }
  return weights;
}
