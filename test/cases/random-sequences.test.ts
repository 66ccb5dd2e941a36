import fc from "fast-check";
import { expect, it } from "vitest";
import * as ops from "../../assembly/shared/ops.ts";
import { SeededRandom } from "../../tools/random/random.ts";
import { decodeModel } from "../reference/decode-model.ts";
import { runNetwork } from "../reference/network.ts";
import { largestOf, type Rows } from "../reference/rows.ts";
import { packSequences, randomSequences } from "./random-sequences.ts";

const OP_NAMES = new Map(Object.entries(ops).flatMap(([name, op]) => (name.startsWith("OP_") ? [[op, name]] : [])));
const random = new SeededRandom(1);
const RECORD = Int16Array.from({ length: 700 }, () => Math.round(3000 * random.normal()));

const NOTHING: Tally = { layers: 0, flat: 0, saturated: 0 };

/** Counts of an op's layers, of those that hardly leave zero, and of those that are mostly at their clamp. */
interface Tally {
  readonly layers: number;
  readonly flat: number;
  readonly saturated: number;
}

function tallied({ layers, flat, saturated }: Tally, x: Rows): Tally {
  const largest = largestOf(x.type);
  const share = (is: (value: number) => boolean) => x.values.filter(is).length / x.values.length;
  const isFlat = share((value) => Math.abs(value) > largest / 50) < 0.2;
  const isSaturated = share((value) => Math.abs(value) === largest) > 0.5;
  return { layers: layers + 1, flat: flat + Number(isFlat), saturated: saturated + Number(isSaturated) };
}

it("has every op of sequences, and few layers that are flat or saturated", () => {
  const tallies = new Map<string, Tally>();
  for (const spec of fc.sample(randomSequences, { seed: 1, numRuns: 150 })) {
    const network = decodeModel(packSequences(spec));
    const { windows } = runNetwork(network, RECORD);
    for (const [at, layer] of network.layers.entries()) {
      const x = windows[0][at];
      const name = OP_NAMES.get(layer.op) as string;
      if (x.values.length >= 20) tallies.set(name, tallied(tallies.get(name) ?? NOTHING, x));
    }
  }
  expect([...tallies.keys()].sort()).toEqual(
    [...OP_NAMES.values()].filter((name) => !name.includes("DEPTHWISE")).sort(),
  );
  for (const [name, { layers, flat, saturated }] of tallies) {
    expect(layers, name).toBeGreaterThanOrEqual(40);
    expect((flat + saturated) / layers, name).toBeLessThan(0.1);
  }
}, 60_000);
