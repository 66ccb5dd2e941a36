import type { ModelFacts } from "./metadata.ts";
import { type Measured, Packing, type PackingOptions } from "./packing.ts";
import type { QuantizedNetwork } from "./quantized-network.ts";

export interface PackOptions extends PackingOptions {
  readonly facts?: ModelFacts;
  /**
   * Results of a run of the engine: `packSealed` finds them. Without them the golden CRCs and the flash reads are 0 and the RAM is
   * the arena alone: the file runs, but fails its self-test.
   */
  readonly measured?: Measured;
}

interface PackLadderOptions extends Omit<PackOptions, "measured"> {
  /** Results of a run of the engine for each rung. */
  readonly measured?: readonly Measured[];
}

/**
 * Packs a network into the bytes of a `.qhb` file (docs/FORMAT.md). The same arguments give the same bytes.
 * Throws RangeError on a network that the format cannot hold.
 */
export function pack(network: QuantizedNetwork, options: PackOptions = {}): Uint8Array {
  return packLadder([network], { ...options, measured: options.measured && [options.measured] });
}

/**
 * Packs networks that share their weights, the finest first: a rung each. Throws RangeError as `pack`, and where a rung's
 * weights are not the upper bits of the first's.
 */
export function packLadder(networks: readonly QuantizedNetwork[], options: PackLadderOptions = {}): Uint8Array {
  return new Packing(networks, options).file(options.facts, options.measured);
}
