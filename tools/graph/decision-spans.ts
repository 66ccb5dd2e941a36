import type { AveragePoolNode, WindowNode } from "./graph.ts";

/** Rows `start` to `end`, exclusive. */
export interface RowSpan {
  readonly start: number;
  readonly end: number;
}

/**
 * Returns the rows that each decision takes in a stream of `rows` rows. A record that ends before the warm-up gives one
 * decision over all of its rows.
 */
export function decisionSpans({ window, hop, warmup }: AveragePoolNode | WindowNode, rows: number): RowSpan[] {
  const decisions = rows === 0 ? 0 : Math.max(1, Math.floor((rows - warmup) / hop) + 1);
  return Array.from({ length: decisions }, (_, decision) => {
    const end = Math.min(rows, warmup + decision * hop);
    return { start: Math.max(0, end - window), end };
  });
}
