import { groupPatches } from "../../forward/float-forward.ts";
import type { Rows } from "../../forward/rows.ts";
import { type Graph, isWeighted } from "../../graph/graph.ts";

/** Sums of products of the inputs of a layer, a symmetric [depth][depth] for each group of output channels. */
export interface SecondMoments {
  readonly groups: readonly Float64Array[];
  /** Weights of one output channel. */
  readonly depth: number;
}

/** The most rows of a layer that are summed; they are evenly spaced. */
const ROW_LIMIT = 4096;

/** Computes the second moments of every conv and dense node's input on the calibration crops. */
export function inputMoments(
  graph: Graph,
  tensors: ReadonlyMap<string, readonly Rows[]>,
): ReadonlyMap<string, SecondMoments> {
  return new Map(
    graph.nodes.filter(isWeighted).map((node) => {
      const crops = (tensors.get(node.input) ?? []).map((input) => groupPatches(node, input));
      const depth = crops[0][0].channels;
      const total = crops.reduce((sum, [first]) => sum + first.rows, 0);
      const step = Math.max(1, Math.ceil(total / ROW_LIMIT));
      const groups = crops[0].map((_, group) => {
        const sums = new Float64Array(depth * depth);
        for (const patches of crops) addProducts(sums, patches[group], step);
        return mirrored(sums, depth);
      });
      return [node.name, { groups, depth }] as const;
    }),
  );
}

function addProducts(sums: Float64Array, { rows, channels: depth, data }: Rows, step: number): void {
  for (let row = 0; row < rows; row += step) {
    const from = row * depth;
    for (let i = 0; i < depth; i++) {
      const value = data[from + i];
      // Padding and values cut off by relu are 0.
      if (value === 0) continue;
      for (let j = i; j < depth; j++) sums[i * depth + j] += value * data[from + j];
    }
  }
}

function mirrored(sums: Float64Array, depth: number): Float64Array {
  for (let i = 0; i < depth; i++) for (let j = 0; j < i; j++) sums[i * depth + j] = sums[j * depth + i];
  return sums;
}
