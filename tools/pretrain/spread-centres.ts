import type { SeededRandom } from "../random/random.ts";
import { squaredDistance } from "./cluster-set.ts";

/**
 * Centres to begin with (greedy k-means++, Arthur and Vassilvitskii 2007): points, each drawn by `drawFarPoint`.
 * @param points [n][width]
 * @returns [count][width]
 * @throws RangeError where there are fewer different points than centres
 */
export function spreadCentres(points: Float32Array, width: number, count: number, random: SeededRandom): Float32Array {
  const n = points.length / width;
  if (n < count) throw new RangeError(`${n} points cannot fill ${count} clusters; ask for fewer, or give more records`);
  const centres = new Float32Array(count * width);
  const first = random.integer(n);
  centres.set(points.subarray(first * width, (first + 1) * width));
  const distances = distancesTo(points, width, first, new Float64Array(n).fill(Number.POSITIVE_INFINITY));
  for (let cluster = 1; cluster < count; cluster++) {
    const drawn = drawFarPoint(points, width, distances, trialsFor(count), random);
    if (drawn < 0)
      throw new RangeError(`the ${n} points have only ${cluster} different values, too few for ${count} clusters`);
    centres.set(points.subarray(drawn * width, (drawn + 1) * width), cluster * width);
  }
  return centres;
}

/** As many as the method's authors tried. A single trial put two centres into one of 8 separate blobs in 1 of 30 runs. */
export function trialsFor(count: number): number {
  return 2 + Math.floor(Math.log(count));
}

/**
 * Draws points in proportion to their squared distance from the nearest centre and keeps the one that, as a centre,
 * would leave the least sum of distances.
 * @param distances to the nearest centre, squared; moved on to what they are with the point as a centre
 * @returns the point's index, or -1 where every point is a centre's equal
 */
export function drawFarPoint(
  points: Float32Array,
  width: number,
  distances: Float64Array,
  trials: number,
  random: SeededRandom,
): number {
  let best = -1;
  let least = Number.POSITIVE_INFINITY;
  let left = distances;
  for (let trial = 0; trial < trials; trial++) {
    const drawn = drawByWeight(distances, random);
    if (drawn < 0) return -1;
    const closer = distancesTo(points, width, drawn, distances);
    const sum = closer.reduce((total, distance) => total + distance, 0);
    if (sum < least) {
      best = drawn;
      least = sum;
      left = closer;
    }
  }
  distances.set(left);
  return best;
}

/** The distances with one more point as a centre. */
function distancesTo(points: Float32Array, width: number, centre: number, distances: Float64Array): Float64Array {
  return distances.map((distance, i) =>
    Math.min(distance, squaredDistance(points, i * width, points, centre * width, width, distance)),
  );
}

/** An index, drawn in proportion to its weight; -1 where all weights are 0. */
export function drawByWeight(weights: Float64Array, random: SeededRandom): number {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  let left = random.next() * total;
  let last = -1;
  for (let i = 0; i < weights.length; i++) {
    if (weights[i] === 0) continue;
    last = i;
    left -= weights[i];
    if (left < 0) break;
  }
  return last;
}
