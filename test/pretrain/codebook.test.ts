import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fitCodebook, labelPoints } from "../../tools/pretrain/codebook.ts";
import { SeededRandom } from "../../tools/random/random.ts";
import { draws } from "../properties/draws.ts";

const OPTIONS = { clusters: 4, batchPoints: 64, steps: 40 };
const seeds = fc.integer({ min: 0, max: 1e6 });

/** Four corners of a square, 50 points about each; of the second coordinate the unit is 1000 times smaller. */
function corners(seed: number): Float32Array {
  const random = new SeededRandom(seed);
  return Float32Array.from({ length: 400 }, (_, i) => {
    const corner = (i >> 1) % 4;
    const place = i % 2 === 0 ? corner & 1 : 1000 * (corner >> 1);
    return place + (i % 2 === 0 ? 0.02 : 20) * random.normal();
  });
}

describe("a codebook", () => {
  it("weighs every value alike, whatever its unit, and labels what it was made of as it was counted", () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const points = corners(seed);
        const { codebook, usage } = fitCodebook(points, 2, OPTIONS, new SeededRandom(seed));
        const labels = labelPoints(codebook, points);
        expect(new Set(labels.slice(0, 4)).size).toBe(4);
        expect(labels).toEqual(Int32Array.from(labels, (_, i) => labels[i % 4]));
        expect(usage).toMatchObject({ clusters: 4, used: 4, largestShare: 0.25 });
      }),
      { numRuns: draws(20) },
    );
  });

  it("takes a value that is always the same", () => {
    const points = Float32Array.from({ length: 40 }, (_, i) => (i % 2 === 0 ? 7 : i));
    const { codebook } = fitCodebook(points, 2, OPTIONS, new SeededRandom(1));
    expect(codebook.scales[0]).toBe(1);
    expect(new Set(labelPoints(codebook, points)).size).toBe(4);
  });

  it("is not made of points that are nearly all alike", () => {
    const points = new Float32Array(400);
    points.set([5, 6, 7]);
    expect(() => fitCodebook(points, 1, OPTIONS, new SeededRandom(1))).toThrow(
      new RangeError(
        "99.3 % of the tokens are in one cluster of 4: there is nothing to predict; are the records flat?",
      ),
    );
  });
});
