import { TILE_CHANNELS } from "../../../assembly/shared/limits.ts";
import { tileBytes } from "../../export/lower/pack-tile.ts";
import type { LayerWeights } from "../../forward/layer-weights.ts";
import { type Graph, isWeighted } from "../../graph/graph.ts";
import type { Width } from "../width.ts";

/** Makes a function that counts the bytes of a layer's weights in the file at any width: those of its tiles, cut by `packTiles`. */
export function weightBytes(
  graph: Graph,
  layers: ReadonlyMap<string, LayerWeights>,
): (layer: string, width: Width) => number {
  const parts = new Map(
    graph.nodes.filter(isWeighted).map((node) => {
      const { outChannels, fanIn } = layers.get(node.name) as LayerWeights;
      const columns = node.op === "dense" ? node.columns : 1;
      const groups = node.op === "conv1d" ? (node.groups ?? 1) : 1;
      return [node.name, { depth: fanIn / columns, count: columns * groups, channels: outChannels / groups }];
    }),
  );
  return (layer, width) => {
    const part = parts.get(layer);
    if (!part) throw new RangeError(`layer ${layer} has no weights`);
    const [grid, bits] = width === "ternary" ? (["ternary", 2] as const) : (["midTread", width] as const);
    const whole = Math.floor(part.channels / TILE_CHANNELS);
    const rest = part.channels % TILE_CHANNELS;
    const bytes = (lanes: number) => tileBytes(part.depth, lanes, grid, bits);
    return part.count * (whole * bytes(TILE_CHANNELS) + bytes(rest));
  };
}
