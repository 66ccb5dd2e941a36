import type fc from "fast-check";
import type { NetworkSpec } from "./network-spec.ts";
import { packSpec, randomNetworks } from "./random-network.ts";
import { packSequences, randomSequences } from "./random-sequences.ts";
import type { SequenceSpec } from "./sequence-spec.ts";

/** A network's spec, so that a failing property shows it, and its packed bytes. */
export interface RandomFile {
  readonly spec: NetworkSpec | SequenceSpec;
  readonly pack: () => Uint8Array;
}

/** Both families of random networks, by name. */
export const RANDOM_FILES: readonly (readonly [name: string, files: fc.Arbitrary<RandomFile>])[] = [
  ["int8 networks", randomNetworks.map((spec) => ({ spec, pack: () => packSpec(spec) }))],
  ["networks with sequences", randomSequences.map((spec) => ({ spec, pack: () => packSequences(spec) }))],
];
