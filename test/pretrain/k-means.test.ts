import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { assignPoints, clusterSizes } from "../../tools/pretrain/cluster-set.ts";
import { type KMeansOptions, kMeans } from "../../tools/pretrain/k-means.ts";
import { drawByWeight, spreadCentres } from "../../tools/pretrain/spread-centres.ts";
import { SeededRandom } from "../../tools/random/random.ts";
import { draws } from "../properties/draws.ts";

/** A seed whose two blobs are wide by chance: their scatter is 1.37 times what the deviation of their points says. */
const SCATTERED = 776;

const seeds = fc.integer({ min: 0, max: 1e6 });
const OPTIONS: KMeansOptions = { clusters: 5, batchPoints: 64, steps: 40 };

/** Points in a ball of deviation 0.1 about each of some corners, 10 apart; a point's blob is its index modulo their number. */
function blobs(count: number, width: number, each: number, seed: number): Float32Array {
  const random = new SeededRandom(seed);
  return Float32Array.from(
    { length: count * each * width },
    (_, i) => 10 * (Math.floor(i / width) % count === i % width ? 1 : 0) + 0.1 * random.normal(),
  );
}

/** The mean squared distance of the points of `blobs` from the middle of their own blob. */
function scatter(points: Float32Array, count: number): number {
  const n = points.length / count;
  const middles = new Float64Array(count * count);
  const placeOf = (i: number) => (Math.floor(i / count) % count) * count + (i % count);
  points.forEach((value, i) => {
    middles[placeOf(i)] += (value * count) / n;
  });
  return points.reduce((sum, value, i) => sum + (value - middles[placeOf(i)]) ** 2, 0) / n;
}

const random = (length: number, seed: number) => {
  const source = new SeededRandom(seed);
  return Float32Array.from({ length }, () => source.normal());
};

describe("k-means", () => {
  it("finds blobs that lie apart, every one of them, with its middle", () => {
    fc.assert(
      fc.property(seeds, fc.integer({ min: 2, max: 8 }), (seed, count) => {
        const points = blobs(count, count, 60, seed);
        const found = kMeans(points, count, { ...OPTIONS, clusters: count }, new SeededRandom(seed));
        const { clusters } = assignPoints(found, points);
        const labelOf = clusters.slice(0, count);
        expect(new Set(labelOf).size).toBe(count);
        expect(clusters).toEqual(Int32Array.from(clusters, (_, i) => labelOf[i % count]));
        // A centre is the mean of 2560 / count draws or so, which puts count / 2560 on top of the points' own scatter:
        // 0.3 % of it for 8 blobs. The most in 17,500 runs was 0.6 %.
        expect(found.meanDistance).toBeLessThan(1.02 * scatter(points, count));
      }),
      { numRuns: draws(30), examples: [[SCATTERED, 2]] },
    );
  });

  it("gives the same bits for the same seed, others for another", () => {
    const points = random(600, 1);
    const run = (seed: number) => kMeans(points, 3, OPTIONS, new SeededRandom(seed));
    expect(run(1)).toEqual(run(1));
    expect(run(2).centres).not.toEqual(run(1).centres);
  });

  it("leaves no cluster empty, and counts the points of each", () => {
    fc.assert(
      fc.property(seeds, fc.integer({ min: 1, max: 40 }), (seed, clusters) => {
        const points = random(80 * 2, seed);
        const found = kMeans(points, 2, { ...OPTIONS, clusters, steps: 5 }, new SeededRandom(seed));
        expect(found.sizes).toEqual(clusterSizes(assignPoints(found, points).clusters, clusters));
        expect(found.sizes.reduce((sum, size) => sum + size, 0)).toBe(80);
        expect(Math.min(...found.sizes)).toBeGreaterThan(0);
      }),
      { numRuns: draws(40) },
    );
  });

  it("begins clusters anew that are too far off to get a point, and says how many", () => {
    const points = blobs(4, 4, 30, 1);
    const start = new Float32Array(16).fill(1000);
    start.set(points.subarray(0, 4));
    const found = kMeans(points, 4, { ...OPTIONS, clusters: 4 }, new SeededRandom(1), start);
    expect(found.reseeded).toBeGreaterThanOrEqual(3);
    expect([...found.sizes]).toEqual([30, 30, 30, 30]);
  });

  it("does not move where every point is a centre", () => {
    const points = random(10, 4);
    const found = kMeans(points, 2, OPTIONS, new SeededRandom(1));
    expect(found.meanDistance).toBeLessThan(1e-12);
  });

  it("says in one sentence that there are too few points, or too few different ones", () => {
    const few = () => kMeans(random(8, 1), 2, OPTIONS, new SeededRandom(1));
    expect(few).toThrow(new RangeError("4 points cannot fill 5 clusters; ask for fewer, or give more records"));
    const alike = () => kMeans(new Float32Array(200).fill(1), 2, OPTIONS, new SeededRandom(1));
    expect(alike).toThrow(new RangeError("the 100 points have only 1 different values, too few for 5 clusters"));
    const alikeFrom = () => kMeans(new Float32Array(200), 2, OPTIONS, new SeededRandom(1), new Float32Array(10));
    expect(alikeFrom).toThrow(/the points have too few different values for 5 clusters/);
  });
});

describe("assignPoints", () => {
  it("is the nearest centre by the plain formula", () => {
    fc.assert(
      fc.property(seeds, fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 6 }), (seed, width, count) => {
        const points = random(20 * width, seed);
        const centres = random(count * width, seed + 1);
        const { clusters, distances } = assignPoints({ count, width, centres }, points);
        for (let i = 0; i < 20; i++) {
          const all = Array.from({ length: count }, (_, c) =>
            Array.from({ length: width }, (_, k) => (points[i * width + k] - centres[c * width + k]) ** 2).reduce(
              (sum, square) => sum + square,
              0,
            ),
          );
          expect(distances[i]).toBe(Math.min(...all));
          expect(clusters[i]).toBe(all.indexOf(Math.min(...all)));
        }
      }),
    );
  });
});

describe("the start of k-means", () => {
  it("takes different points, and never one of weight 0", () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const values = [0, 0, 0, 0, 0, 0, 1, 2, 3];
        const centres = spreadCentres(Float32Array.from(values), 1, 4, new SeededRandom(seed));
        expect([...centres].sort()).toEqual([0, 1, 2, 3]);
        expect(drawByWeight(Float64Array.of(0, 2, 0), new SeededRandom(seed))).toBe(1);
      }),
    );
  });

  it("draws in proportion to the weights", () => {
    const source = new SeededRandom(1);
    const hits = Array.from({ length: 4000 }, () => drawByWeight(Float64Array.of(1, 0, 3), source));
    const share = hits.filter((hit) => hit === 2).length / hits.length;
    // Four deviations of a binomial with 4000 draws.
    expect(Math.abs(share - 0.75)).toBeLessThan(4 * Math.sqrt((0.75 * 0.25) / 4000));
    expect(hits).not.toContain(1);
  });
});
