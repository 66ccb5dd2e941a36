import type { SeededRandom } from "../random/random.ts";
import { assignPoints, type ClusterSet, clusterSizes } from "./cluster-set.ts";
import { drawFarPoint, spreadCentres, trialsFor } from "./spread-centres.ts";

export interface KMeansOptions {
  readonly clusters: number;
  /** Points that a step draws. */
  readonly batchPoints: number;
  readonly steps: number;
}

export const DEFAULT_K_MEANS: KMeansOptions = { clusters: 100, batchPoints: 1024, steps: 400 };

export interface KMeansResult extends ClusterSet {
  /** Points of each cluster, in the end. */
  readonly sizes: Int32Array;
  /** The mean of the squared distances of all points to their centres. */
  readonly meanDistance: number;
  /** Clusters that had no points and were begun anew, over all rounds. */
  readonly reseeded: number;
}

/** After each round but the last the empty clusters are begun anew. */
const MOST_ROUNDS = 10;
/** The steps of a later round as a share of the first round's. */
const REPAIR_SHARE = 0.25;

/**
 * Mini-batch k-means (Sculley 2010): a point pulls its centre by 1 over the number of points that centre has had. A
 * cluster that is left without points moves to one that lies far from its centre, drawn as in `spreadCentres`.
 * The same points and seed give the same clusters.
 * @param points [n][width]
 * @param start centres to begin with, [clusters][width]; default: `spreadCentres`
 * @throws RangeError where there are fewer different points than clusters
 */
export function kMeans(
  points: Float32Array,
  width: number,
  options: KMeansOptions,
  random: SeededRandom,
  start?: Float32Array,
): KMeansResult {
  const { clusters: count, steps } = options;
  const centres = start?.slice() ?? spreadCentres(points, width, count, random.fork("start"));
  const set: ClusterSet = { count, width, centres };
  const had = new Float64Array(count);
  const draws = random.fork("batches");
  let reseeded = 0;
  for (let round = 1; ; round++) {
    moveCentres(set, had, points, options.batchPoints, round === 1 ? steps : Math.ceil(REPAIR_SHARE * steps), draws);
    const { clusters, distances } = assignPoints(set, points);
    const sizes = clusterSizes(clusters, count);
    const meanDistance = distances.reduce((sum, distance) => sum + distance, 0) / clusters.length;
    const empty = [...sizes.keys()].filter((cluster) => sizes[cluster] === 0);
    if (empty.length === 0 || round === MOST_ROUNDS) return { ...set, sizes, meanDistance, reseeded };
    for (const cluster of empty) {
      const point = drawFarPoint(points, width, distances, trialsFor(count), draws);
      if (point < 0) throw new RangeError(`the points have too few different values for ${count} clusters`);
      centres.set(points.subarray(point * width, (point + 1) * width), cluster * width);
      had[cluster] = 0;
      reseeded++;
    }
  }
}

/** Sculley's steps. All points of a batch are assigned before the first of them moves a centre. */
function moveCentres(
  set: ClusterSet,
  had: Float64Array,
  points: Float32Array,
  batchPoints: number,
  steps: number,
  random: SeededRandom,
): void {
  const { width, centres } = set;
  const n = points.length / width;
  const batch = new Float32Array(Math.min(batchPoints, n) * width);
  for (let step = 0; step < steps; step++) {
    for (let at = 0; at < batch.length; at += width) {
      const drawn = random.integer(n) * width;
      batch.set(points.subarray(drawn, drawn + width), at);
    }
    const { clusters } = assignPoints(set, batch);
    clusters.forEach((cluster, i) => {
      const pull = 1 / ++had[cluster];
      for (let k = 0; k < width; k++) {
        centres[cluster * width + k] += pull * (batch[i * width + k] - centres[cluster * width + k]);
      }
    });
  }
}
