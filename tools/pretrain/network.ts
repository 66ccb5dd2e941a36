import { type Graph, type GraphNode, isConv } from "../graph/graph.ts";
import { kernelSpan } from "../graph/kernel-span.ts";
import { tensorShapes } from "../graph/shapes.ts";
import type { TokenGrid } from "./token-grid.ts";

/** A HuBERT taken apart where pretraining reaches into it. */
export interface PretrainingNetwork {
  readonly graph: Graph;
  /** From the signal to the tokens that are masked. */
  readonly stem: readonly GraphNode[];
  /** From those tokens to the last block's. */
  readonly encoder: readonly GraphNode[];
  /** Channels of a token. */
  readonly width: number;
  /** The last node of each block. */
  readonly blocks: readonly string[];
}

/** Where `graph/hubert.ts` masks: behind the linear layer, or behind the node that cuts its stream into sequences. */
const TOKEN_NODES = ["window", "project"];
const BLOCK_END = /^block\d+\.norm$/;

/** Throws RangeError on a graph without HuBERT's tokens and blocks. */
export function pretrainingNetwork(graph: Graph): PretrainingNetwork {
  const { nodes } = graph;
  const names = nodes.map(({ name }) => name);
  const tokens = TOKEN_NODES.find((name) => names.includes(name));
  const blocks = names.filter((name) => BLOCK_END.test(name));
  if (tokens === undefined || blocks.length === 0)
    throw new RangeError(`${graph.name} has no tokens that can be masked; only the hubert networks have`);
  const cut = names.indexOf(tokens) + 1;
  const end = names.indexOf(blocks[blocks.length - 1]) + 1;
  const width = tensorShapes(graph).get(tokens)?.channels as number;
  return { graph, stem: nodes.slice(0, cut), encoder: nodes.slice(cut, end), width, blocks };
}

/** The name of the tensor that masking changes. */
export function tokenTensor({ stem }: PretrainingNetwork): string {
  return stem[stem.length - 1].name;
}

/**
 * Where the tokens of a crop lie. A token sees what the convs of the stem reach; that group norm takes its moments over the
 * whole window does not move it. Throws RangeError on a crop that is shorter than a token.
 */
export function tokenGrid({ stem }: PretrainingNetwork, cropSamples: number): TokenGrid {
  let firstSample = 0;
  let span = 1;
  let hopSamples = 1;
  for (const node of stem.filter(isConv)) {
    firstSample -= node.padLeft * hopSamples;
    span += (kernelSpan(node) - 1) * hopSamples;
    hopSamples *= node.stride;
  }
  if (cropSamples < span) throw new RangeError(`crops of ${cropSamples} samples are shorter than a token, ${span}`);
  const tokens = Math.floor((cropSamples - span) / hopSamples) + 1;
  return { tokens, hopSamples, centreSample: firstSample + (span >> 1) };
}
