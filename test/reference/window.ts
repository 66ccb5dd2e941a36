import { decisionEnds } from "./decision-ends.ts";
import type { Layer } from "./layer.ts";
import type { Rows } from "./rows.ts";

/** NUMERICS.md, "Window": a sequence a decision, of the rows that an average pool would average. */
export function cutSequences(layer: Layer, x: Rows): Rows[] {
  return decisionEnds(layer, x.rows).map((end) => {
    const start = Math.max(0, end - layer.kernel);
    return { ...x, rows: end - start, values: x.values.slice(start * x.channels, end * x.channels) };
  });
}
