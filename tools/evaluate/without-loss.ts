import type { McNemar } from "./intervals/mcnemar.ts";

const SIGNIFICANT_P = 0.05;
const LARGEST_DROP = 0.01;
const LARGEST_CHANGED_SHARE = 0.05;

/**
 * Tells whether a compressed model loses nothing on a set of records: no significant difference (McNemar), an accuracy
 * at most one point lower, and at most 5 % of the decisions changed. McNemar's test alone would pass a model whose
 * gains and losses are many but equal. A model is without loss where all three hold on the selection set and on the
 * reported one.
 */
export function isWithoutLoss({ lost, gained, changed, p }: McNemar, records: number): boolean {
  return p > SIGNIFICANT_P && (lost - gained) / records <= LARGEST_DROP && changed / records <= LARGEST_CHANGED_SHARE;
}
