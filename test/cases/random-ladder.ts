import type fc from "fast-check";
import { packLadder } from "../../tools/export/pack.ts";
import {
  largestWeight,
  midRiseCode,
  type QuantizedNetwork,
  type QuantizedWeights,
} from "../../tools/export/quantized-network.ts";
import { SeededRandom } from "../../tools/random/random.ts";
import type { NetworkSpec } from "./network-spec.ts";
import { type Packable, packable, randomNetworks } from "./random-network.ts";
import { packableSequences, randomSequences } from "./random-sequences.ts";
import type { SequenceSpec } from "./sequence-spec.ts";

/** Random networks that share the upper bits of their weights, the finest first, and the file of all of them. */
export interface RandomLadder {
  readonly spec: NetworkSpec | SequenceSpec;
  readonly make: () => { readonly rungs: readonly QuantizedNetwork[]; readonly file: Uint8Array } & Packable;
}

/** Ladders of both families of random networks, by name. */
export const RANDOM_LADDERS: readonly (readonly [name: string, ladders: fc.Arbitrary<RandomLadder>])[] = [
  ["int8 networks", randomNetworks.map((spec) => ({ spec, make: () => ladder(packable(spec), spec.seed) }))],
  [
    "networks with sequences",
    randomSequences.map((spec) => ({ spec, make: () => ladder(packableSequences(spec), spec.seed) })),
  ],
];

function ladder({ network, options }: Packable, seed: number) {
  const rungs = randomRungs(network, seed);
  return { network, options, rungs, file: packLadder(rungs, options) };
}

/** Makes two to four rungs of a network; a third of the layers stay, the others get random weights of random widths. */
function randomRungs(network: QuantizedNetwork, seed: number): readonly QuantizedNetwork[] {
  const random = new SeededRandom(seed + 1);
  const rungs = Array.from({ length: 2 + random.integer(3) });
  const layers = [...network.weights.keys()].filter(() => random.next() < 0.67);
  const widths = layers.map((name) => [name, rungs.map(() => 1 + random.integer(7)).sort((a, b) => b - a)] as const);
  return rungsAt(network, new Map(widths), rungs.length, random);
}

/** Makes rungs of a network. @param widths bits on each rung of the layers that get random weights */
export function rungsAt(
  network: QuantizedNetwork,
  widths: ReadonlyMap<string, readonly number[]>,
  count: number,
  random: SeededRandom,
): readonly QuantizedNetwork[] {
  const weights = Array.from({ length: count }, () => new Map(network.weights));
  for (const [name, bits] of widths) {
    const top = withRandomCodes(network.weights.get(name) as QuantizedWeights, bits[0], random);
    for (const [rung, own] of weights.entries()) own.set(name, upperBits(top, bits[rung]));
  }
  return weights.map((own) => ({ ...network, weights: own }));
}

function withRandomCodes(layer: QuantizedWeights, bits: number, random: SeededRandom): QuantizedWeights {
  const largest = largestWeight("midRise", bits);
  const integers = layer.integers.map(() => 2 * random.integer(2 ** bits) - largest);
  const shrink = largestWeight(layer.grid, layer.bits) / largest;
  return { ...layer, grid: "midRise", bits, integers, scale: layer.scale.map((step) => step * shrink) };
}

/** Cuts off the lower bits of weights. */
function upperBits(layer: QuantizedWeights, bits: number): QuantizedWeights {
  const dropped = layer.bits - bits;
  const integers = layer.integers.map(
    (value) => 2 * (midRiseCode(value, layer.bits) >> dropped) - largestWeight("midRise", bits),
  );
  return { ...layer, bits, integers, scale: layer.scale.map((step) => step * 2 ** dropped) };
}
