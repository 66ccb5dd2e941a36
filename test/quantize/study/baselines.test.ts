import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { knapsack } from "../../../tools/quantize/study/baselines/knapsack.ts";
import { mixBytes, randomMix } from "../../../tools/quantize/study/baselines/random-mix.ts";
import { bitsPerWeight, SEARCH_WIDTHS, type Width, type Widths } from "../../../tools/quantize/width.ts";
import { SeededRandom } from "../../../tools/random/random.ts";

const MENU: readonly Width[] = ["ternary", 2, 4, 8];

const layerSets = fc.array(
  fc.record({
    weights: fc.integer({ min: 1, max: 300 }),
    costs: fc.array(fc.double({ min: 0, max: 9, noNaN: true }), { minLength: 4, maxLength: 4 }),
  }),
  { minLength: 1, maxLength: 5 },
);

describe("the knapsack", () => {
  it("finds what trying all widths finds", () => {
    fc.assert(
      fc.property(layerSets, fc.double({ min: 0, max: 1, noNaN: true }), (specs, share) => {
        const layers = specs.map((_, index) => String(index));
        const bytesOf = (layer: string, width: Width) =>
          Math.ceil((specs[Number(layer)].weights * bitsPerWeight(width)) / 8);
        const costOf = (layer: string, width: Width) => specs[Number(layer)].costs[MENU.indexOf(width)];
        const all = layers.reduce<Widths[]>(
          (mixes, layer) => mixes.flatMap((mix) => MENU.map((width) => new Map(mix).set(layer, width))),
          [new Map()],
        );
        const sizes = all.map((mix) => mixBytes({ bytesOf }, mix));
        const least = Math.min(...sizes);
        const capacityBytes = Math.floor(least + share * (Math.max(...sizes) - least));
        const cost = (mix: Widths) => [...mix].reduce((sum, [layer, width]) => sum + costOf(layer, width), 0);
        const best = Math.min(...all.filter((_, index) => sizes[index] <= capacityBytes).map(cost));
        const found = knapsack({ layers, menu: MENU, bytesOf, costOf, capacityBytes });
        expect(mixBytes({ bytesOf }, found)).toBeLessThanOrEqual(capacityBytes);
        expect(cost(found)).toBeCloseTo(best, 9);
        expect(() => knapsack({ layers, menu: MENU, bytesOf, costOf, capacityBytes: least - 1 })).toThrow(RangeError);
      }),
    );
  });
});

describe("random mixes", () => {
  const weights = [300, 2000, 90, 1200, 4000, 700, 50, 2600];
  const layers = weights.map((_, index) => String(index));
  const bytesOf = (layer: string, width: Width) => Math.ceil((weights[Number(layer)] * bitsPerWeight(width)) / 8);
  const mix = (bytes: number, seed: number) =>
    randomMix({ layers, menu: SEARCH_WIDTHS, bytesOf, bytes, toleranceBytes: 0.005 * bytes }, new SeededRandom(seed));

  it("have the bytes that are asked for", () => {
    fc.assert(
      fc.property(fc.integer({ min: 2600, max: 9000 }), fc.integer({ min: 1, max: 99 }), (bytes, seed) => {
        expect(Math.abs(mixBytes({ bytesOf }, mix(bytes, seed)) - bytes)).toBeLessThanOrEqual(0.005 * bytes);
      }),
    );
  });

  it("are the same for a seed, and others for others", () => {
    expect(mix(4000, 3)).toEqual(mix(4000, 3));
    const different = new Set(Array.from({ length: 20 }, (_, seed) => [...mix(4000, seed + 1).values()].join(" ")));
    expect(different.size).toBeGreaterThan(15);
  });
});
