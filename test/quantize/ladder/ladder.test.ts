import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { packLadder } from "../../../tools/export/pack.ts";
import { midRiseCode, type QuantizedWeights } from "../../../tools/export/quantized-network.ts";
import { ladderNetworks } from "../../../tools/quantize/ladder/ladder.ts";
import { ladderIntegers } from "../../../tools/quantize/ladder/ladder-integers.ts";
import { outputError } from "../../../tools/quantize/quantizers/output-error-rounding.ts";
import { SeededRandom } from "../../../tools/random/random.ts";
import { draws } from "../../properties/draws.ts";
import { toyModel, toyRecords } from "../toy-model.ts";

const DEPTH = 12;
const CHANNELS = 3;

/** Second moments of random inputs that go together somewhat. */
function randomMoments(random: SeededRandom) {
  const sums = new Float64Array(DEPTH * DEPTH);
  for (let row = 0; row < 40; row++) {
    const common = random.normal();
    const input = Array.from({ length: DEPTH }, () => common + random.normal());
    for (let i = 0; i < DEPTH; i++) for (let j = 0; j < DEPTH; j++) sums[i * DEPTH + j] += input[i] * input[j];
  }
  return { groups: [sums], depth: DEPTH };
}

const ladders = fc.record({
  seed: fc.integer({ min: 1, max: 2 ** 31 - 1 }),
  widths: fc
    .subarray([7, 6, 5, 4, 3, 2, 1], { minLength: 2, maxLength: 4 })
    .map((widths) => [...widths].sort((a, b) => b - a)),
});

describe("the integers of a ladder", () => {
  it("have on each rung the upper bits of the first's, and the scale of the least output error", () => {
    fc.assert(
      fc.property(ladders, ({ seed, widths }) => {
        const random = new SeededRandom(seed);
        const moments = randomMoments(random);
        const values = Float32Array.from({ length: DEPTH * CHANNELS }, () => random.normal());
        const rungs = ladderIntegers(values, CHANNELS, widths, moments);
        expect(rungs.map(({ bits }) => bits)).toEqual(widths);
        for (const rung of rungs) {
          const cut = rungs[0].integers.map((integer) => midRiseCode(integer, widths[0]) >> (widths[0] - rung.bits));
          expect(rung.integers.map((integer) => midRiseCode(integer, rung.bits))).toEqual(cut);
          const least = outputError(rung, values, moments);
          for (const change of [0.97, 1.03]) {
            const moved = { ...rung, scale: rung.scale.map((step) => step * change) };
            expect(outputError(moved, values, moments)).toBeGreaterThanOrEqual(least * (1 - 1e-9));
          }
        }
      }),
      // The example's two bits turn a channel's output round: its least squares are below zero.
      { numRuns: draws(60), examples: [[{ seed: 354283670, widths: [2, 1] }]] },
    );
  });

  it("have scales above 0 for a channel that is nothing, and for inputs that never move", () => {
    const moments = { groups: [new Float64Array(DEPTH * DEPTH)], depth: DEPTH };
    for (const { scale } of ladderIntegers(new Float32Array(DEPTH * CHANNELS), CHANNELS, [7, 2], moments)) {
      for (const step of scale) expect(step).toBeGreaterThan(0);
    }
  });
});

describe("the networks of a ladder", () => {
  const request = { model: toyModel(3), records: toyRecords(6, 1), widths: [7, 4, 2], seed: 5, calibrationCrops: 2 };

  it("share stem and head, and pack to the same file for the same seed", () => {
    const [networks, again] = [ladderNetworks(request), ladderNetworks(request)];
    for (const { weights } of networks) {
      expect(weights.get("stem")).toMatchObject({ bits: 8, grid: "midTread" });
      expect(weights.get("head")).toMatchObject({ bits: 8, grid: "midTread" });
    }
    const bits = networks.map(({ weights }) => new Set([...weights.values()].map((layer) => layer.bits)));
    expect(bits).toEqual(request.widths.map((width) => new Set([8, width])));
    expect(packLadder(again)).toEqual(packLadder(networks));
  });

  it.each([[[4]], [[3, 4]], [[4, 4]], [[8, 4]], [[4, 0]], [[]]])("are not to be had at %j bits", (widths) => {
    expect(() => ladderNetworks({ ...request, widths })).toThrow(/two widths or more that fall/);
  });

  it("are not packed where a rung's weights are others", () => {
    const [fine, coarse] = ladderNetworks(request);
    const [name, layer] = [...coarse.weights].find(([, { bits }]) => bits === 4) as [string, QuantizedWeights];
    const integers = layer.integers.map((integer, index) => (index === 3 ? -integer : integer));
    const other = { ...coarse, weights: new Map(coarse.weights).set(name, { ...layer, integers }) };
    expect(() => packLadder([fine, other])).toThrow(`layer ${name}: the weights of rung 1 are not the upper bits`);
  });
});
