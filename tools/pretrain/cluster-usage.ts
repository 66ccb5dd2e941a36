/** How tokens spread over clusters. */
export interface ClusterUsage {
  readonly clusters: number;
  /** Clusters that have a token. */
  readonly used: number;
  /** exp of the entropy: as many equally large clusters would be as hard to guess. 1 where all are in one. */
  readonly perplexity: number;
  /** The share of the largest cluster: a network that always guesses it is right as often. */
  readonly largestShare: number;
}

/** @param sizes tokens of each cluster */
export function clusterUsage(sizes: ArrayLike<number>): ClusterUsage {
  const counts = Array.from(sizes);
  const total = counts.reduce((sum, count) => sum + count, 0);
  const shares = counts.filter((count) => count > 0).map((count) => count / total);
  const entropy = -shares.reduce((sum, share) => sum + share * Math.log(share), 0);
  return {
    clusters: counts.length,
    used: shares.length,
    perplexity: Math.exp(entropy),
    largestShare: Math.max(0, ...shares),
  };
}

/** Above this share one cluster is as good as the only one: what is left to tell apart teaches little. */
const COLLAPSED_SHARE = 0.95;

/** Says what is wrong with a collapsed spread, in a sentence without its end, or returns null. */
export function collapseOf({ clusters, largestShare }: ClusterUsage, what: string): string | null {
  if (largestShare <= COLLAPSED_SHARE) return null;
  return `${(100 * largestShare).toFixed(1)} % of ${what} are in one cluster of ${clusters}`;
}
