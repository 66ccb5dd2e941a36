import { cropRows } from "../graph/crop-rows.ts";
import type { Graph } from "../graph/graph.ts";
import { hubertNano, hubertSmall } from "../graph/hubert.ts";
import { WINDOW_SAMPLES } from "./reference-network.ts";

export const SMALL_NAME = "hubert-small";
export const NANO_NAME = "hubert-nano";
const CLASSES = ["SR", "AFIB", "GSVT", "SB"];

/** Builds the published SMALL, which decides on one window. */
export function smallGraph(): Graph {
  return hubertSmall(CLASSES);
}

/** Builds the nano network on a stream, with a decision every 0.512 s. */
export function nanoStreamGraph(): Graph {
  return hubertNano(CLASSES);
}

/** Builds the nano network with one decision, over all tokens of a window, as peers run it. */
export function nanoWindowGraph(): Graph {
  const graph = nanoStreamGraph();
  const tokens = cropRows(graph, WINDOW_SAMPLES).get("window") as number;
  return {
    ...graph,
    nodes: graph.nodes.map((node) => (node.op === "window" ? { ...node, hop: tokens, warmup: tokens } : node)),
  };
}
