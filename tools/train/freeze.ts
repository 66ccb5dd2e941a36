import type { Graph } from "../graph/graph.ts";

/** The nodes that training leaves as they are: the convs that make tokens, or all before block N + 1. */
export type Freeze = "conv" | number;

/** Names of nodes whose weights and running statistics stay. */
export type FrozenNodes = ReadonlySet<string>;

export const NOTHING_FROZEN: FrozenNodes = new Set();

/** Whether a tensor, by its key, is of a frozen node. */
export function isFrozen(key: string, frozen: FrozenNodes): boolean {
  return frozen.has(key.slice(0, key.lastIndexOf(".")));
}

const TOKEN_CONV = /^conv\d+(\.|$)/;
const BLOCK = /^block(\d+)\./;

/** Throws RangeError where the graph has no convs of that kind, or not so many blocks. */
export function frozenNodes(graph: Graph, freeze: Freeze | null): FrozenNodes {
  if (freeze === null) return NOTHING_FROZEN;
  const names = graph.nodes.map(({ name }) => name);
  if (freeze === "conv") {
    const convs = names.filter((name) => TOKEN_CONV.test(name));
    if (convs.length === 0) throw new RangeError(`freeze: ${graph.name} has no convs before its tokens, give a number`);
    return new Set(convs);
  }
  const blockOf = (name: string) => Number(BLOCK.exec(name)?.[1] ?? 0);
  const blocks = Math.max(...names.map(blockOf));
  if (freeze > blocks) throw new RangeError(`freeze: ${graph.name} has ${blocks} blocks, found ${freeze}`);
  const lastOfBlocks = names.findLastIndex((name) => blockOf(name) > 0);
  const end = freeze < blocks ? names.findIndex((name) => blockOf(name) > freeze) : lastOfBlocks + 1;
  return new Set(names.slice(0, end));
}
