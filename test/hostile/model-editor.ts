import { crc32 } from "node:zlib";
import * as layout from "../../assembly/shared/layout.ts";
import { TILE_CHANNELS } from "../../assembly/shared/limits.ts";
import { tileBytes } from "../reference/decode-weights.ts";

/** A copy of a model file whose records can be overwritten in place. */
export class ModelEditor {
  private file: Uint8Array;

  constructor(original: Uint8Array) {
    this.file = original.slice();
  }

  /** `count` bytes from byte `at` of the file. */
  bytes(at: number, count: number): DataView {
    return new DataView(this.file.buffer, at, count);
  }

  get header(): DataView {
    return this.bytes(0, layout.HEADER_BYTES);
  }

  /** A row of the section table. */
  entry(kind: number): DataView {
    return this.bytes(layout.HEADER_BYTES + (kind - 1) * layout.SECTION_ENTRY_BYTES, layout.SECTION_ENTRY_BYTES);
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
    let tile = layer.getUint32(layout.LAYER_FIRST_TILE_AT, true);
    let at = this.weights(layer).byteOffset;
    for (let first = 0; first < outChannels; first += TILE_CHANNELS) {
      const bytes = tileBytes(depth, Math.min(TILE_CHANNELS, outChannels - first), bits, grid);
      const crc = crc32(this.file.subarray(at, at + bytes));
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
