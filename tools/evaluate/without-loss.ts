import type { McNemar } from "./intervals/mcnemar.ts";

const SIGNIFICANT_P = 0.05;
const LARGEST_DROP = 0.01;
const LARGEST_CHANGED_SHARE = 0.05;

/**
 * Whether a compressed model loses nothing on a set of records: no significant difference (McNemar), an accuracy at
 * most one point lower, and at most 5 % of the decisions changed. The first alone calls a model the same whose gains and
 * losses are many and alike. A model is without loss where that holds on the selection set and on the reported one.
 */
export function isWithoutLoss({ lost, gained, changed, p }: McNemar, records: number): boolean {
  return p > SIGNIFICANT_P && (lost - gained) / records <= LARGEST_DROP && changed / records <= LARGEST_CHANGED_SHARE;
}
