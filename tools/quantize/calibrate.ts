import { TYPE_INT8 } from "../../assembly/shared/ops.ts";
import { elementType, largestOutput } from "../export/tensors/element-type.ts";
import type { Rows } from "../forward/rows.ts";
import type { Graph } from "../graph/graph.ts";

/** The choice of an activation's int8 range: the largest value seen, a percentile, or the range of least mean squared error. */
export type RangeMethod = { kind: "max" } | { kind: "percentile"; percent: number } | { kind: "mse" };

/** The least range: an output that never moves needs a scale too. */
const LEAST_RANGE = 1e-6;
const MSE_CANDIDATES = 40;
/** The most values of one tensor that the search looks at; they are evenly spaced. */
const SAMPLE_LIMIT = 20000;
const LARGEST_INT8 = largestOutput(TYPE_INT8);

/** Reads "max", "mse" or "percentile:P". Throws RangeError on anything else. */
export function parseRange(text: string): RangeMethod {
  if (text === "max" || text === "mse") return { kind: text };
  const percent = Number(/^percentile:(\d+(?:\.\d+)?)$/.exec(text)?.[1]);
  if (percent > 0 && percent <= 100) return { kind: "percentile", percent };
  throw new RangeError(`expected max, mse or percentile:P with P up to 100, found "${text}"`);
}

/** Writes a range as `parseRange` reads it. */
export function rangeText(method: RangeMethod): string {
  return method.kind === "percentile" ? `percentile:${method.percent}` : method.kind;
}

/** Ops whose output has the scale of an input. */
const KEEPS_SCALE: ReadonlySet<string> = new Set(["maxPool", "window", "attention"]);

/**
 * Chooses the real value of one count for every tensor that has a scale of its own, symmetric around zero. An int8 tensor has
 * range / 127, a wide tensor the largest magnitude / 4095 or 32767: there a finer count gains little, and saturation costs much.
 * @param tensors every node's rows on the calibration crops
 */
export function activationScales(
  graph: Graph,
  tensors: ReadonlyMap<string, readonly Rows[]>,
  method: RangeMethod,
): ReadonlyMap<string, number> {
  const scales = new Map<string, number>();
  for (const [index, node] of graph.nodes.slice(0, -1).entries()) {
    if (KEEPS_SCALE.has(node.op)) continue;
    const type = elementType(graph, index + 1);
    const rows = tensors.get(node.name) ?? [];
    scales.set(node.name, type === TYPE_INT8 ? int8Scale(rows, method) : fullScale(rows, largestOutput(type)));
  }
  return scales;
}

function int8Scale(tensors: readonly Rows[], method: RangeMethod): number {
  return Math.max(LEAST_RANGE, activationRange(sortedMagnitudes(tensors), method)) / LARGEST_INT8;
}

/** Gives the real value of one count that puts the largest magnitude of some tensors on the largest count. */
export function fullScale(tensors: readonly Rows[], largestCount: number): number {
  let largest = LEAST_RANGE;
  for (const { data } of tensors) for (const value of data) largest = Math.max(largest, Math.abs(value));
  return largest / largestCount;
}

/** Chooses the largest magnitude that int8 holds. @param magnitudes ascending */
export function activationRange(magnitudes: Float32Array, method: RangeMethod): number {
  const largest = magnitudes.at(-1) ?? 0;
  if (method.kind === "max") return largest;
  if (method.kind === "mse") return leastErrorRange(magnitudes, largest);
  const index = Math.ceil((method.percent / 100) * magnitudes.length) - 1;
  return magnitudes[Math.min(magnitudes.length - 1, Math.max(0, index))] ?? 0;
}

function leastErrorRange(magnitudes: Float32Array, largest: number): number {
  let best = largest;
  let leastError = Number.POSITIVE_INFINITY;
  for (let candidate = MSE_CANDIDATES; candidate > MSE_CANDIDATES / 4; candidate--) {
    const range = (largest * candidate) / MSE_CANDIDATES;
    const error = roundingError(magnitudes, range / LARGEST_INT8);
    if (error < leastError) {
      leastError = error;
      best = range;
    }
  }
  return best;
}

function roundingError(magnitudes: Float32Array, scale: number): number {
  let sum = 0;
  for (const value of magnitudes) {
    const error = value - Math.min(LARGEST_INT8, Math.round(value / scale)) * scale;
    sum += error * error;
  }
  return sum;
}

function sortedMagnitudes(tensors: readonly Rows[]): Float32Array {
  const total = tensors.reduce((sum, tensor) => sum + tensor.data.length, 0);
  const step = Math.max(1, Math.ceil(total / SAMPLE_LIMIT));
  const kept: number[] = [];
  let largest = 0;
  for (const { data } of tensors) {
    for (let index = 0; index < data.length; index++) {
      const magnitude = Math.abs(data[index]);
      largest = Math.max(largest, magnitude);
      if (index % step === 0) kept.push(magnitude);
    }
  }
  // The sample may miss the largest value, which "max" and the error search start from.
  return Float32Array.from([...kept, largest]).sort();
}
