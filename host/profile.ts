import type { EngineExports } from "./engine-module.ts";
import type { LayerTime, LayerTimes } from "./layer-times.ts";
import type { ModelFile, ModelLayer } from "./model-file.ts";

/**
 * Counters since the last reset; a cost model turns them into a device's cycles. Times are of this machine, and 0 unless
 * profiling is on.
 */
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

export interface LayerProfile extends LayerTime {
  readonly name: string;
  readonly op: string;
  readonly bits: number;
  /** Output rows made; after a window those of every decision. */
  readonly rows: number;
  readonly macs: number;
  /** Packed weight bytes read, and weights unpacked from them. */
  readonly flashBytes: number;
  readonly unpackedWeights: number;
}

/** Bytes of a layer's tiles that a pass reads: the upper planes of a layer in planes. */
function bytesRead({ weightsBytes, planes, bits }: ModelLayer): number {
  return planes > 0 ? (weightsBytes / planes) * bits : weightsBytes;
}

/** Reads the engine's counters. */
export function readProfile(
  exports: EngineExports,
  model: ModelFile,
  flash: { readonly reads: number; readonly bytes: number },
  times: LayerTimes,
  host: { readonly rawSamples: number; readonly beats: number; readonly decisions: number },
): EngineProfile {
  const layers = model.layers.map((layer, index): LayerProfile => {
    const rows = Number(exports.layerRows(index));
    // Tiles of a layer are read in turn, all of them in each pass.
    const passes = layer.tileCount === 0 ? 0 : Number(exports.layerWork(index)) / layer.tileCount;
    return {
      name: layer.name,
      op: layer.op,
      bits: layer.bits,
      rows,
      macs: layer.op === "attention" ? Number(exports.layerWork(index)) : rows * layer.weights,
      flashBytes: Math.round(passes * bytesRead(layer)),
      unpackedWeights: Math.round(passes * layer.weights),
      ...times.of(index),
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
