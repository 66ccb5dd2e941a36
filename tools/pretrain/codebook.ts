import type { SeededRandom } from "../random/random.ts";
import { assignPoints, type ClusterSet } from "./cluster-set.ts";
import { type ClusterUsage, clusterUsage, collapseOf } from "./cluster-usage.ts";
import { type KMeansOptions, kMeans } from "./k-means.ts";

/** The clusters that tokens are labelled with. */
export interface Codebook {
  /**
   * The mean that is taken from each of a point's values, and the scale that the rest is multiplied by, before points
   * are compared.
   */
  readonly means: Float32Array;
  readonly scales: Float32Array;
  readonly set: ClusterSet;
}

export interface FittedCodebook {
  readonly codebook: Codebook;
  /** How the points that it was made of spread. */
  readonly usage: ClusterUsage;
  readonly points: number;
  readonly reseeded: number;
}

/**
 * Clusters of points whose values all have mean 0 and deviation 1: else the first cepstrum alone would decide.
 * @param points [n][width]
 * @throws RangeError where there are too few different points, or nearly all are alike
 */
export function fitCodebook(
  points: Float32Array,
  width: number,
  options: KMeansOptions,
  random: SeededRandom,
): FittedCodebook {
  const { means, scales } = standardOf(points, width);
  const standard = standardised(points, means, scales);
  const { count, centres, sizes, reseeded } = kMeans(standard, width, options, random);
  const usage = clusterUsage(sizes);
  const collapse = collapseOf(usage, "the tokens");
  if (collapse) throw new RangeError(`${collapse}: there is nothing to predict; are the records flat?`);
  return {
    codebook: { means, scales, set: { count, width, centres } },
    usage,
    points: points.length / width,
    reseeded,
  };
}

/** The cluster of each point. */
export function labelPoints({ means, scales, set }: Codebook, points: Float32Array): Int32Array {
  return assignPoints(set, standardised(points, means, scales)).clusters;
}

function standardised(points: Float32Array, means: Float32Array, scales: Float32Array): Float32Array {
  const width = means.length;
  return points.map((value, i) => scales[i % width] * (value - means[i % width]));
}

/** A value that is the same everywhere is left as it is: scale 1. */
function standardOf(points: Float32Array, width: number): { means: Float32Array; scales: Float32Array } {
  const n = points.length / width;
  const sums = new Float64Array(width);
  points.forEach((value, i) => {
    sums[i % width] += value;
  });
  const means = Float32Array.from(sums, (sum) => sum / n);
  const squares = new Float64Array(width);
  points.forEach((value, i) => {
    squares[i % width] += (value - means[i % width]) ** 2;
  });
  const scales = Float32Array.from(squares, (square) => (square > 0 ? 1 / Math.sqrt(square / n) : 1));
  return { means, scales };
}
