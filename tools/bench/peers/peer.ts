import type { QuantizedNetwork } from "../../export/quantized-network.ts";

export type Precision = "int8" | "fp32";

/** Another library that runs the same network, on one thread. */
export interface Peer {
  readonly name: string;
  readonly precisions: readonly Precision[];
  /** Imports its JavaScript. Throws NotInstalledError where this machine lacks it. */
  open(): Promise<PeerRuntime>;
}

export interface PeerRuntime {
  readonly version: string;
  /** The bytes of the WebAssembly that it compiles; null for native code. */
  readonly wasmBytes: number | null;
  /** Compiles and initialises the library, without weights. */
  start(): Promise<void>;
  /** Encodes a network in the peer's own form, for windows of `samples` samples, and returns a call that loads it. */
  encode(network: QuantizedNetwork, samples: number, precision: Precision): Promise<() => Promise<PeerModel>>;
}

/** A loaded network: millivolts [samples] -> logits [classes]. */
export type PeerModel = (window: Float32Array) => Promise<Float32Array>;
