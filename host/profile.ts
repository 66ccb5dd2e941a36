import type { EngineExports } from "./engine-module.ts";
import type { ModelFile } from "./model-file.ts";

/** Counters since the last reset. Nothing here is a time: a cost model turns counts into a device's cycles. */
export interface EngineProfile {
  readonly rawSamples: number;
  readonly conditionedSamples: number;
  /** Passes of the network. */
  readonly ticks: number;
  readonly decisions: number;
  readonly beats: number;
  readonly macs: number;
  readonly flashReads: number;
  readonly flashBytes: number;
  readonly layers: readonly LayerProfile[];
}

export interface LayerProfile {
  readonly name: string;
  readonly op: string;
  readonly bits: number;
  /** Output rows made. */
  readonly rows: number;
  readonly macs: number;
  /** Packed weight bytes read, and weights unpacked from them. */
  readonly flashBytes: number;
  readonly unpackedWeights: number;
}

/** Reads the engine's counters. */
export function readProfile(
  exports: EngineExports,
  model: ModelFile,
  flash: { readonly reads: number; readonly bytes: number },
  host: { readonly rawSamples: number; readonly beats: number; readonly decisions: number },
): EngineProfile {
  const layers = model.layers.map((layer, index): LayerProfile => {
    const rows = Number(exports.layerRows(index));
    // Tiles of a layer are read in turn, all of them in each pass.
    const passes = layer.tileCount === 0 ? 0 : Number(exports.layerTiles(index)) / layer.tileCount;
    return {
      name: layer.name,
      op: layer.op,
      bits: layer.bits,
      rows,
      macs: rows * layer.weights,
      flashBytes: Math.round(passes * layer.weightsBytes),
      unpackedWeights: Math.round(passes * layer.weights),
    };
  });
  return {
    ...host,
    conditionedSamples: Number(exports.samplesIn()),
    ticks: Number(exports.ticks()),
    macs: layers.reduce((sum, layer) => sum + layer.macs, 0),
    flashReads: flash.reads,
    flashBytes: flash.bytes,
    layers,
  };
}
