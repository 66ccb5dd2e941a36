import { ModelFile, type ModelLayer } from "qhubert-engine";
import * as layout from "../../assembly/shared/layout.ts";
import { TERNARY_BITS } from "./accounting.ts";

/** The bytes of a `.qhb` file by section and by layer. */
interface FileAccounting {
  readonly fileBytes: number;
  /** Sections in the order of the file; their bytes add up to `fileBytes`. */
  readonly sections: readonly { readonly name: string; readonly bytes: number }[];
  readonly layers: readonly LayerBytes[];
}

/** The bytes of a layer: parts of four sections. */
interface LayerBytes {
  readonly name: string;
  readonly op: string;
  readonly bits: number;
  /** Number of weights. */
  readonly weights: number;
  readonly weightBytes: number;
  /** Bytes of the multipliers and biases of its channels, and of its table. */
  readonly requantizationBytes: number;
  /** Bytes of the CRCs of its weight tiles. */
  readonly crcBytes: number;
  /** Bytes of the layer's record, and of its tensor's entry in the memory plan. */
  readonly recordBytes: number;
  readonly bytes: number;
}

const SECTIONS: readonly (readonly [name: string, kind: number])[] = [
  ["network", layout.SECTION_NETWORK],
  ["layers", layout.SECTION_LAYERS],
  ["requantisation", layout.SECTION_REQUANTIZATION],
  ["weights", layout.SECTION_WEIGHTS],
  ["tile CRCs", layout.SECTION_TILE_CRCS],
  ["memory plan", layout.SECTION_PLAN],
  ["budget", layout.SECTION_BUDGET],
  ["metadata", layout.SECTION_METADATA],
  ["golden vectors", layout.SECTION_GOLDEN],
  ["signature", layout.SECTION_SIGNATURE],
];

/** Accounts for every byte of a `.qhb` file. */
export function accountForFile(model: ModelFile): FileAccounting {
  const fileBytes = model.bytes.length;
  const held = SECTIONS.map(([name, kind]) => ({ name, bytes: model.section(kind).byteLength }));
  if (model.rungs > 1) held.push({ name: "other rungs", bytes: otherRungsBytes(model) });
  const entries = layout.SECTION_COUNT + (model.rungs - 1) * layout.RUNG_SECTION_COUNT;
  const header = layout.HEADER_BYTES + entries * layout.SECTION_ENTRY_BYTES;
  const padding = fileBytes - header - held.reduce((sum, { bytes }) => sum + bytes, 0);
  return {
    fileBytes,
    sections: [{ name: "header and section table", bytes: header }, ...held, { name: "padding", bytes: padding }],
    layers: model.layers.map((layer, index) => accountForLayer(layer, requantizationBytes(model, index))),
  };
}

/** Sums the bytes of the sections that further rungs have of their own. */
function otherRungsBytes({ bytes, rungs, rung }: ModelFile): number {
  const shared: ReadonlySet<number> = new Set([
    layout.SECTION_NETWORK,
    layout.SECTION_WEIGHTS,
    layout.SECTION_PLAN,
    layout.SECTION_METADATA,
    layout.SECTION_SIGNATURE,
  ]);
  const own = SECTIONS.map(([, kind]) => kind).filter((kind) => !shared.has(kind));
  const others = Array.from({ length: rungs }, (_, index) => index).filter((index) => index !== rung);
  const sizes = others.flatMap((other) => {
    const file = new ModelFile(bytes, other);
    return own.map((kind) => file.section(kind).byteLength);
  });
  return sizes.reduce((sum, size) => sum + size, 0);
}

function accountForLayer(layer: ModelLayer, requantizationBytes: number): LayerBytes {
  const { name, op, weights, weightsBytes: weightBytes } = layer;
  const bits = layer.grid === "ternary" ? TERNARY_BITS : layer.bits;
  const crcBytes = layer.tileCount * layout.TILE_CRC_BYTES;
  const recordBytes = layout.LAYER_BYTES + layout.PLAN_ENTRY_BYTES;
  const bytes = weightBytes + requantizationBytes + crcBytes + recordBytes;
  return { name, op, bits, weights, weightBytes, requantizationBytes, crcBytes, recordBytes, bytes };
}

/** Measures a layer's part of the requantisation section, where layers lie end to end. */
function requantizationBytes(model: ModelFile, index: number): number {
  const end = model.section(layout.SECTION_REQUANTIZATION).byteLength;
  const startOf = (layer: ModelLayer | undefined) => layer?.requantizationAt ?? end;
  return startOf(model.layers[index + 1]) - startOf(model.layers[index]);
}
