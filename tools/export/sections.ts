import * as layout from "../../assembly/shared/layout.ts";
import { TYPE_INT16 } from "../../assembly/shared/ops.ts";
import type { Graph } from "../graph/graph.ts";
import { type MeasuredBudget, STACK_BYTES } from "./budget.ts";
import type { GoldenInput } from "./golden-input.ts";
import type { LoweredLayer } from "./lower/lowered-layer.ts";
import type { NetworkTiming } from "./plan/timing.ts";
import { LOGIT_FRACTION_BITS } from "./quantized-network.ts";
import { RecordWriter } from "./record-writer.ts";

/** Writes the section of the network's own facts. */
export function networkSection(graph: Graph, timing: NetworkTiming): Uint8Array {
  return record(layout.NETWORK_BYTES, (writer) => {
    writer
      .u16(layout.NETWORK_LAYER_COUNT_AT, graph.nodes.length)
      .u16(layout.NETWORK_CLASS_COUNT_AT, graph.classes.length)
      .u16(layout.NETWORK_INPUT_CHANNELS_AT, 1)
      .u16(layout.NETWORK_INPUT_TYPE_AT, TYPE_INT16)
      .u32(layout.NETWORK_SAMPLE_RATE_HZ_AT, graph.sampleRateHz)
      .u32(layout.NETWORK_TICK_SAMPLES_AT, timing.tickSamples)
      .u32(layout.NETWORK_WINDOW_SAMPLES_AT, graph.windowSamples ?? 0)
      .u32(layout.NETWORK_LOOK_AHEAD_SAMPLES_AT, timing.lookAheadSamples)
      .u32(layout.NETWORK_LOGIT_FRACTION_BITS_AT, LOGIT_FRACTION_BITS)
      .u32(layout.NETWORK_TOTAL_STRIDE_AT, timing.totalStride);
  });
}

/** Writes a record for each layer. Layers point into other sections by running totals: every row and tile belongs to one layer. */
export function layersSection(layers: readonly LoweredLayer[]): Uint8Array {
  let requantizationAt = 0;
  let weightsAt = 0;
  let firstTile = 0;
  return records(layers, layout.LAYER_BYTES, (writer, layer) => {
    writeGeometry(writer, layer);
    const weightBytes = storedWeightBytes(layer);
    writer
      .u32(layout.LAYER_REQUANTIZATION_AT, requantizationAt)
      .u32(layout.LAYER_WEIGHTS_AT, weightsAt)
      .u32(layout.LAYER_WEIGHTS_LENGTH_AT, weightBytes)
      .u32(layout.LAYER_FIRST_TILE_AT, firstTile)
      .u32(layout.LAYER_TILE_COUNT_AT, layer.tiles.length);
    requantizationAt += requantizationBytes(layer).length;
    weightsAt += weightBytes;
    firstTile += layer.tiles.length;
  });
}

/** Measures a layer's weights in the file; the tiles of a lower rung are a part of them. */
function storedWeightBytes({ tiles, planes, bits }: LoweredLayer): number {
  const bytes = tiles.reduce((sum, tile) => sum + tile.length, 0);
  return planes > 0 ? (bytes / bits) * planes : bytes;
}

/** Joins the tiles of all layers. A layer in planes has the tiles' first planes end to end, then their second planes, and so on. */
export function weightsSection(layers: readonly LoweredLayer[]): Uint8Array {
  return concatenate(
    layers.flatMap(({ tiles, planes }) => {
      if (planes === 0) return tiles;
      return Array.from({ length: planes }, (_, plane) =>
        tiles.map((tile) => tile.subarray((tile.length / planes) * plane, (tile.length / planes) * (plane + 1))),
      ).flat();
    }),
  );
}

function writeGeometry(writer: RecordWriter, layer: LoweredLayer): void {
  writer
    .u8(layout.LAYER_OP_AT, layer.op)
    .u8(layout.LAYER_ACTIVATION_AT, layer.activation)
    .u8(layout.LAYER_BITS_AT, layer.bits)
    .u8(layout.LAYER_GRID_AT, layer.grid)
    .u16(layout.LAYER_INPUT_A_AT, layer.inputs[0])
    .u16(layout.LAYER_INPUT_B_AT, layer.inputs[1] ?? layout.NO_TENSOR)
    .u16(layout.LAYER_IN_CHANNELS_AT, layer.inChannels)
    .u16(layout.LAYER_OUT_CHANNELS_AT, layer.outChannels)
    .u16(layout.LAYER_KERNEL_AT, layer.kernel)
    .u16(layout.LAYER_STRIDE_AT, layer.stride)
    .u16(layout.LAYER_DILATION_AT, layer.dilation)
    .u16(layout.LAYER_PAD_LEFT_AT, layer.padLeft)
    .u16(layout.LAYER_PAD_RIGHT_AT, layer.padRight)
    .u8(layout.LAYER_SHIFT_AT, layer.shift)
    .u8(layout.LAYER_OUT_TYPE_AT, layer.outType)
    .u16(layout.LAYER_MULTIPLIER_A_AT, layer.multiplierA)
    .u16(layout.LAYER_MULTIPLIER_B_AT, layer.multiplierB)
    .u16(layout.LAYER_GROUPS_AT, layer.groups)
    .u16(layout.LAYER_INPUT_C_AT, layer.inputs[2] ?? 0)
    .u32(layout.LAYER_EPSILON_AT, layer.epsilon)
    .u8(layout.LAYER_TABLE_SHIFT_AT, layer.tableShift)
    .u8(layout.LAYER_ROW_FORM_AT, layer.rowForm)
    .u8(layout.LAYER_PLANES_AT, layer.planes);
}

/** Writes a layer's requantisation rows in their form, and its table. */
export function requantizationBytes({ rows, rowForm, table }: LoweredLayer): Uint8Array {
  const multiplierUnit = 2 ** layout.NARROW_MULTIPLIER_SHIFT;
  const biasUnit = 2 ** (rowForm - 1);
  const packed =
    rowForm === 0
      ? records(rows, layout.REQUANTIZATION_BYTES, (writer, { multiplier, bias }) =>
          writer.i32(layout.REQUANTIZATION_MULTIPLIER_AT, multiplier).i32(layout.REQUANTIZATION_BIAS_AT, bias),
        )
      : records(rows, layout.NARROW_ROW_BYTES, (writer, { multiplier, bias }) =>
          writer
            .u16(layout.NARROW_ROW_MULTIPLIER_AT, multiplier / multiplierUnit)
            .i16(layout.NARROW_ROW_BIAS_AT, bias / biasUnit),
        );
  const entries = new Uint8Array(table.length > 0 ? layout.ACTIVATION_TABLE_BYTES : 0);
  const writer = new RecordWriter(entries);
  for (const [index, entry] of table.entries()) writer.i16(2 * index, entry);
  return concatenate([packed, entries]);
}

/** Writes the budget contract. @param macs multiply-accumulates of a hop */
export function budgetSection(
  measured: MeasuredBudget,
  macs: number,
  hopSamples: number,
  fileBytes: number,
): Uint8Array {
  return record(layout.BUDGET_BYTES, (writer) => {
    writer
      .u32(layout.BUDGET_RAM_BYTES_AT, measured.ramBytes)
      .u32(layout.BUDGET_STACK_BYTES_AT, STACK_BYTES)
      .u32(layout.BUDGET_FLASH_BYTES_AT, fileBytes)
      .u32(layout.BUDGET_MACS_PER_HOP_AT, macs)
      .u32(layout.BUDGET_FLASH_READ_BYTES_PER_HOP_AT, measured.flashReadBytesPerHop)
      .u32(layout.BUDGET_HOP_SAMPLES_AT, hopSamples);
  });
}

/** Writes the golden vectors. @param crcs CRC-32 of each layer's rows on the conditioned samples of `input`, pushed and finished */
export function goldenSection(input: GoldenInput, crcs: Uint32Array): Uint8Array {
  const inputAt = layout.GOLDEN_CRCS_AT + 4 * crcs.length;
  return record(inputAt + input.length, (writer) => {
    writer.u32(layout.GOLDEN_SAMPLES_AT, input.length).u32(layout.GOLDEN_LAYER_COUNT_AT, crcs.length);
    for (const [layer, crc] of crcs.entries()) writer.u32(layout.GOLDEN_CRCS_AT + 4 * layer, crc);
    for (const [index, steps] of input.entries()) writer.i8(inputAt + index, steps);
  });
}

/** Writes a record for each item, end to end. */
export function records<T>(
  items: readonly T[],
  recordBytes: number,
  write: (writer: RecordWriter, item: T) => void,
): Uint8Array {
  const bytes = new Uint8Array(items.length * recordBytes);
  for (const [index, item] of items.entries()) write(new RecordWriter(bytes.subarray(index * recordBytes)), item);
  return bytes;
}

function record(bytes: number, write: (writer: RecordWriter) => void): Uint8Array {
  return records([null], bytes, write);
}

/** Joins parts end to end. */
export function concatenate(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
