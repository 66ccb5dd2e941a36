import { crc32 } from "node:zlib";
import * as layout from "../../../assembly/shared/layout.ts";
import { TILE_CHANNELS } from "../../../assembly/shared/limits.ts";
import { tileBytes } from "../../reference/decode-weights.ts";

const RUNG_KINDS = new Set([
  layout.SECTION_LAYERS,
  layout.SECTION_REQUANTIZATION,
  layout.SECTION_TILE_CRCS,
  layout.SECTION_BUDGET,
  layout.SECTION_GOLDEN,
]);

/** A copy of a model file whose records can be overwritten in place. */
export class ModelEditor {
  private file: Uint8Array;

  /** @param rung whose sections are edited */
  constructor(
    original: Uint8Array,
    private readonly rung = 0,
  ) {
    this.file = original.slice();
  }

  /** `count` bytes from byte `at` of the file. */
  bytes(at: number, count: number): DataView {
    return new DataView(this.file.buffer, at, count);
  }

  get header(): DataView {
    return this.bytes(0, layout.HEADER_BYTES);
  }

  /** The row of the section table for the rung's section of that kind. */
  entry(kind: number): DataView {
    const rows = Array.from({ length: layout.SECTION_COUNT + this.rung * layout.RUNG_SECTION_COUNT }, (_, index) =>
      this.bytes(layout.HEADER_BYTES + index * layout.SECTION_ENTRY_BYTES, layout.SECTION_ENTRY_BYTES),
    );
    const isShared = this.rung === 0 || !RUNG_KINDS.has(kind);
    return isShared ? rows[kind - 1] : (rows.findLast((row) => row.getUint32(0, true) === kind) as DataView);
  }

  section(kind: number): DataView {
    const entry = this.entry(kind);
    return this.bytes(entry.getUint32(layout.SECTION_OFFSET_AT, true), entry.getUint32(layout.SECTION_LENGTH_AT, true));
  }

  private record(kind: number, index: number, recordBytes: number): DataView {
    return this.bytes(this.section(kind).byteOffset + index * recordBytes, recordBytes);
  }

  get network(): DataView {
    return this.section(layout.SECTION_NETWORK);
  }

  get layerCount(): number {
    return this.network.getUint16(layout.NETWORK_LAYER_COUNT_AT, true);
  }

  layer(index: number): DataView {
    return this.record(layout.SECTION_LAYERS, index, layout.LAYER_BYTES);
  }

  /** The first layer for which a one-byte field has that value. Throws RangeError where there is none. */
  layerWith(field: number, value: number): DataView {
    const index = Array.from({ length: this.layerCount }, (_, i) => i).find(
      (i) => this.layer(i).getUint8(field) === value,
    );
    if (index === undefined) throw new RangeError(`no layer has ${value} at offset ${field}`);
    return this.layer(index);
  }

  /** A requantisation row of a layer record, in the layer's form. */
  requantization(layer: DataView, row = 0): DataView {
    const narrow = layer.getUint8(layout.LAYER_ROW_FORM_AT) > 0;
    const bytes = narrow ? layout.NARROW_ROW_BYTES : layout.REQUANTIZATION_BYTES;
    const at = this.section(layout.SECTION_REQUANTIZATION).byteOffset;
    return this.bytes(at + layer.getUint32(layout.LAYER_REQUANTIZATION_AT, true) + row * bytes, bytes);
  }

  /** The table of a layer record. */
  table(layer: DataView): DataView {
    const behind = this.requantization(layer, layer.getUint16(layout.LAYER_OUT_CHANNELS_AT, true));
    return this.bytes(behind.byteOffset, layout.ACTIVATION_TABLE_BYTES);
  }

  /** The packed weights of a layer record. */
  weights(layer: DataView): DataView {
    const at = this.section(layout.SECTION_WEIGHTS).byteOffset + layer.getUint32(layout.LAYER_WEIGHTS_AT, true);
    return this.bytes(at, layer.getUint32(layout.LAYER_WEIGHTS_LENGTH_AT, true));
  }

  plan(tensor: number): DataView {
    return this.record(layout.SECTION_PLAN, tensor, layout.PLAN_ENTRY_BYTES);
  }

  get budget(): DataView {
    return this.section(layout.SECTION_BUDGET);
  }

  get golden(): DataView {
    return this.section(layout.SECTION_GOLDEN);
  }

  /** Writes the CRCs of a conv's tiles anew. */
  sealTiles(layer: DataView): void {
    const outChannels = layer.getUint16(layout.LAYER_OUT_CHANNELS_AT, true);
    const depth = layer.getUint16(layout.LAYER_KERNEL_AT, true) * layer.getUint16(layout.LAYER_IN_CHANNELS_AT, true);
    const bits = layer.getUint8(layout.LAYER_BITS_AT);
    const grid = layer.getUint8(layout.LAYER_GRID_AT);
    const planes = layer.getUint8(layout.LAYER_PLANES_AT);
    const planeBytes = layer.getUint32(layout.LAYER_WEIGHTS_LENGTH_AT, true) / (planes || 1);
    let tile = layer.getUint32(layout.LAYER_FIRST_TILE_AT, true);
    let at = this.weights(layer).byteOffset;
    for (let first = 0; first < outChannels; first += TILE_CHANNELS) {
      const lanes = Math.min(TILE_CHANNELS, outChannels - first);
      const bytes = planes > 0 ? depth : tileBytes(depth, lanes, bits, grid);
      let crc = 0;
      for (let plane = 0; plane < (planes > 0 ? bits : 1); plane++) {
        const from = at + plane * planeBytes;
        crc = crc32(this.file.subarray(from, from + bytes), crc);
      }
      this.record(layout.SECTION_TILE_CRCS, tile, layout.TILE_CRC_BYTES).setUint32(0, crc, true);
      at += bytes;
      tile++;
    }
  }

  /** Cuts the file off, or fills it up with zeros, and says so in the header. */
  resize(fileBytes: number): void {
    const resized = new Uint8Array(fileBytes);
    resized.set(this.file.subarray(0, fileBytes));
    this.file = resized;
    this.header.setUint32(layout.HEADER_FILE_BYTES_AT, fileBytes, true);
  }

  /** The file as it is now. */
  unsealed(): Uint8Array {
    return this.file.slice();
  }

  /** The file with its CRC repaired. */
  sealed(): Uint8Array {
    const sealed = this.file.slice();
    const crc = crc32(sealed.subarray(layout.HEADER_CRC_FROM));
    new DataView(sealed.buffer).setUint32(layout.HEADER_CRC_AT, crc, true);
    return sealed;
  }
}
