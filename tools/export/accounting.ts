import { z } from "zod";
import { nodeCosts, parameterCount } from "../graph/costs.ts";
import type { Graph } from "../graph/graph.ts";

const FLOAT_BITS = 32;
const FLOAT_BYTES = 4;

/** A ternary weight takes a fifth of a byte; up to four such fifths fill a channel's last byte, and are not counted. */
export const TERNARY_BITS = 1.6;

/** How much smaller a compressed model is, counted in three ways. The float model has 32 bits a trainable parameter. */
export interface CompressionRatios {
  /**
   * As the paper counts: tensors named "weight" (batch-norm gains too) at their layer's bits, biases at 32, nothing
   * else.
   */
  readonly paper: number;
  /** Float bytes / bytes of the `.qhb` file, metadata and golden vectors included. */
  readonly file: number;
  /** (float bytes + engine bytes) / (file bytes + engine bytes): what a device's flash sees. */
  readonly flash: number;
}

/** Trainable parameters of a float network, as the paper's rule parts them. */
export interface ParameterCounts {
  readonly total: number;
  /**
   * Of the tensors named "weight", by conv or dense node: its weights and the gains of its batch norm. The rest are
   * biases.
   */
  readonly named: Readonly<Record<string, number>>;
}

export function parameterCounts(graph: Graph): ParameterCounts {
  const named: Record<string, number> = {};
  for (const { name, weights, gains } of nodeCosts(graph)) if (weights > 0) named[name] = weights + gains;
  return { total: parameterCount(graph), named };
}

const PRUNED = z.object({ pruned: z.object({ parameters: z.number() }) });

/** Parameters of the network that a model was pruned from, as its facts tell; undefined where it is whole. */
export function wholeParameters(facts: unknown): number | undefined {
  return PRUNED.safeParse(facts).data?.pruned.parameters;
}

/**
 * @param bits bits a weight, by layer
 * @param engineBytes bytes of the engine's scalar build; its native code on a device is another size
 * @param whole parameters of the network before pruning, which is what a smaller one is compared with
 */
export function compressionRatios(
  counts: ParameterCounts,
  bits: ReadonlyMap<string, number>,
  fileBytes: number,
  engineBytes: number,
  whole = counts.total,
): CompressionRatios {
  const floatBytes = FLOAT_BYTES * whole;
  return {
    paper: (paperRatio(counts, bits) * whole) / counts.total,
    file: floatBytes / fileBytes,
    flash: (floatBytes + engineBytes) / (fileBytes + engineBytes),
  };
}

/** Accounts for the file of a float network as for a packed one: its ratios, and the parameters and bytes of each layer. */
export function accountForFloatFile(graph: Graph, fileBytes: number, engineBytes: number) {
  const counts = parameterCounts(graph);
  const bits = new Map(Object.keys(counts.named).map((name) => [name, FLOAT_BITS]));
  return {
    parameters: counts.total,
    meanBits: FLOAT_BITS,
    ratios: compressionRatios(counts, bits, fileBytes, engineBytes),
    fileBytes,
    layers: nodeCosts(graph).map(({ name, parameters, weights }) => ({
      ...{ name, parameters, weights },
      bytes: FLOAT_BYTES * parameters,
    })),
  };
}

/**
 * The paper's ratio. With one width b for all layers this is `uniformRatio(unquantizedShare, b)`. Throws RangeError on a layer without
 * bits.
 */
export function paperRatio(counts: ParameterCounts, bits: ReadonlyMap<string, number>): number {
  let stored = FLOAT_BITS * unquantizedShare(counts) * counts.total;
  for (const [name, count] of Object.entries(counts.named)) stored += count * bitsOf(bits, name);
  return (FLOAT_BITS * counts.total) / stored;
}

/** f: the share of parameters that the paper's rule leaves at 32 bits. */
export function unquantizedShare({ total, named }: ParameterCounts): number {
  return 1 - Object.values(named).reduce((sum, count) => sum + count, 0) / total;
}

/** 1 / (f + (1 - f) b / 32): the compression ratios of the paper's tables. */
export function uniformRatio(share: number, bits: number): number {
  return 1 / (share + ((1 - share) * bits) / FLOAT_BITS);
}

/** The mean bits that a ratio stands for: the inverse of `uniformRatio`. */
export function impliedBits(share: number, ratio: number): number {
  return (FLOAT_BITS * (1 / ratio - share)) / (1 - share);
}

/** Mean bits of a weight of the conv and dense nodes. */
export function meanBits(graph: Graph, bits: ReadonlyMap<string, number>): number {
  const weighted = nodeCosts(graph).filter((cost) => cost.weights > 0);
  const weights = weighted.reduce((sum, cost) => sum + cost.weights, 0);
  return weighted.reduce((sum, cost) => sum + cost.weights * bitsOf(bits, cost.name), 0) / weights;
}

function bitsOf(bits: ReadonlyMap<string, number>, name: string): number {
  const found = bits.get(name);
  if (found === undefined) throw new RangeError(`layer ${name} has no width`);
  return found;
}
