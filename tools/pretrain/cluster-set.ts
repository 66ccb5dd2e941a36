/** Centres of clusters, [count][width]. */
export interface ClusterSet {
  readonly count: number;
  /** Values a point. */
  readonly width: number;
  readonly centres: Float32Array;
}

/** The nearest centre of each point and its squared distance; of equally near ones the first. */
export interface Assignment {
  readonly clusters: Int32Array;
  readonly distances: Float64Array;
}

/** @param points [n][width] */
export function assignPoints({ count, width, centres }: ClusterSet, points: Float32Array): Assignment {
  const n = points.length / width;
  const clusters = new Int32Array(n);
  const distances = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    let nearest = 0;
    let least = Number.POSITIVE_INFINITY;
    for (let cluster = 0; cluster < count; cluster++) {
      const distance = squaredDistance(points, i * width, centres, cluster * width, width, least);
      if (distance < least) {
        least = distance;
        nearest = cluster;
      }
    }
    clusters[i] = nearest;
    distances[i] = least;
  }
  return { clusters, distances };
}

/** Between the rows that begin at the two places; stops at `enough` or above, where it no longer matters. */
export function squaredDistance(
  a: Float32Array,
  aAt: number,
  b: Float32Array,
  bAt: number,
  width: number,
  enough = Number.POSITIVE_INFINITY,
): number {
  let sum = 0;
  for (let i = 0; i < width && sum < enough; i++) sum += (a[aAt + i] - b[bAt + i]) ** 2;
  return sum;
}

/** How many points each cluster has. */
export function clusterSizes(clusters: Int32Array, count: number): Int32Array {
  const sizes = new Int32Array(count);
  for (const cluster of clusters) sizes[cluster]++;
  return sizes;
}
