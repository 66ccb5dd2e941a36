import { nodeCosts, parameterCount } from "../graph/costs.ts";
import type { Graph } from "../graph/graph.ts";
import { bitsPerWeight, type Width } from "./width.ts";

const FLOAT_BITS = 32;
const FLOAT_BYTES = 4;

/** How much smaller a compressed model is, counted in three ways. The float model has 32 bits a trainable parameter. */
export interface CompressionRatios {
  /** As the paper counts: tensors named "weight" (batch-norm gains too) at their layer's bits, biases at 32, nothing else. */
  readonly paper: number;
  /** Float bytes / bytes of the `.qhb` file, metadata and golden vectors included. */
  readonly file: number;
  /** (float bytes + engine bytes) / (file bytes + engine bytes): what a device's flash sees. */
  readonly flash: number;
}

/** @param engineBytes bytes of the engine's scalar build; its native code on a device is another size */
export function compressionRatios(
  graph: Graph, widths: ReadonlyMap<string, Width>, fileBytes: number, engineBytes: number,
): CompressionRatios {
  const floatBytes = FLOAT_BYTES * parameterCount(graph);
  return {
    paper: paperRatio(graph, widths),
    file: floatBytes / fileBytes,
    flash: (floatBytes + engineBytes) / (fileBytes + engineBytes),
  };
}

/** With one width b for all layers this is the paper's 1 / (f + (1 - f) b / 32), f = `unquantizedShare`. */
export function paperRatio(graph: Graph, widths: ReadonlyMap<string, Width>): number {
  let bits = FLOAT_BITS * biasCount(graph);
  for (const [name, count] of namedWeights(graph)) bits += count * bitsPerWeight(widthOf(widths, name));
  return (FLOAT_BITS * parameterCount(graph)) / bits;
}

/** Mean bits of a weight of the conv and dense layers. */
export function meanBits(graph: Graph, widths: ReadonlyMap<string, Width>): number {
  let bits = 0;
  let weights = 0;
  for (const cost of nodeCosts(graph)) {
    if (cost.weights === 0) continue;
    bits += cost.weights * bitsPerWeight(widthOf(widths, cost.name));
    weights += cost.weights;
  }
  return bits / weights;
}

/** f: the share of parameters that the paper's rule leaves at 32 bits. */
export function unquantizedShare(graph: Graph): number {
  return biasCount(graph) / parameterCount(graph);
}

/** 1 / (f + (1 - f) b / 32) of the paper's tables. */
export function uniformRatio(share: number, bits: number): number {
  return 1 / (share + ((1 - share) * bits) / FLOAT_BITS);
}

/** Mean bits that a ratio of the paper's tables stands for. */
export function impliedBits(share: number, ratio: number): number {
  return (FLOAT_BITS * (1 / ratio - share)) / (1 - share);
}

/** Parameters of each weighted layer whose tensor is named "weight": its own and the gains of its batch norm. */
function namedWeights(graph: Graph): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const cost of nodeCosts(graph)) {
    if (cost.weights === 0) continue;
    const node = graph.nodes.find((other) => other.name === cost.name);
    counts.set(cost.name, cost.weights + (node?.op === "conv1d" && node.batchNorm ? node.outChannels : 0));
  }
  return counts;
}

function biasCount(graph: Graph): number {
  let named = 0;
  for (const count of namedWeights(graph).values()) named += count;
  return parameterCount(graph) - named;
}

function widthOf(widths: ReadonlyMap<string, Width>, name: string): Width {
  const width = widths.get(name);
  if (width === undefined) throw new RangeError(`layer ${name} has no width`);
  return width;
}
