import { z } from "zod";
import { nodeCosts, parameterCount } from "../graph/costs.ts";
import type { Graph } from "../graph/graph.ts";

const FLOAT_BITS = 32;
const FLOAT_BYTES = 4;

/** Bits of a ternary weight, a fifth of a byte; the unused fifths of a channel's last byte are not counted. */
export const TERNARY_BITS = 1.6;

/** Ratios of a float model's size to the compressed one's, counted in three ways. The float model has 32 bits a trainable parameter. */
export interface CompressionRatios {
  /**
   * The paper's count: tensors named "weight" (batch-norm gains too) at their layer's bits, biases at 32, nothing else.
   */
  readonly paper: number;
  /** Float bytes / bytes of the `.qhb` file, metadata and golden vectors included. */
  readonly file: number;
  /** (float bytes + engine bytes) / (file bytes + engine bytes): the ratio in a device's flash. */
  readonly flash: number;
}

/** Trainable parameters of a float network, divided by the paper's rule. */
export interface ParameterCounts {
  readonly total: number;
  /**
   * Parameters of the tensors named "weight", by conv or dense node: its weights and the gains of its batch norm. All other
   * parameters are biases.
   */
  readonly named: Readonly<Record<string, number>>;
}

/** Counts the parameters of a graph. */
export function parameterCounts(graph: Graph): ParameterCounts {
  const named: Record<string, number> = {};
  for (const { name, weights, gains } of nodeCosts(graph)) if (weights > 0) named[name] = weights + gains;
  return { total: parameterCount(graph), named };
}

const PRUNED = z.object({ pruned: z.object({ parameters: z.number() }) });

/** Reads the parameters of the network that a model was pruned from out of its facts; undefined where it was not pruned. */
export function wholeParameters(facts: unknown): number | undefined {
  return PRUNED.safeParse(facts).data?.pruned.parameters;
}

/**
 * Computes the three ratios of a compressed model.
 * @param bits bits a weight, by layer
 * @param engineBytes bytes of the engine's scalar build; its native code on a device is another size
 * @param whole parameters of the network before pruning, with which the compressed one is compared
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

/** Computes f, the share of parameters that the paper's rule leaves at 32 bits. */
export function unquantizedShare({ total, named }: ParameterCounts): number {
  return 1 - Object.values(named).reduce((sum, count) => sum + count, 0) / total;
}

/** Computes 1 / (f + (1 - f) b / 32), the compression ratios of the paper's tables. */
export function uniformRatio(share: number, bits: number): number {
  return 1 / (share + ((1 - share) * bits) / FLOAT_BITS);
}

/** Computes the mean bits from a ratio: the inverse of `uniformRatio`. */
export function impliedBits(share: number, ratio: number): number {
  return (FLOAT_BITS * (1 / ratio - share)) / (1 - share);
}

/** Computes the mean bits of a weight over the conv and dense nodes. */
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
