import type { QuantizedNetwork } from "../export/quantized-network.ts";
import type { Graph } from "../graph/graph.ts";
import { forward, type Rows } from "../quantize/float-forward.ts";

/** Runs a network's weights, integer * scale, in plain float: every node's rows by its name. */
export function floatRun(
  graph: Graph,
  weights: QuantizedNetwork["weights"],
  samples: Int16Array,
): ReadonlyMap<string, Rows> {
  const real = [...weights].map(([name, { values, scale, bias }]) => {
    const gain = new Float64Array(scale.length).fill(1);
    return [name, { values: realValues(values, scale), affine: { gain, offset: bias } }] as const;
  });
  return forward(graph, new Map(real), samples);
}

/** Integer * scale, [outChannel][k]. */
export function realValues(values: Int8Array, scale: Float64Array): Float32Array {
  const fanIn = values.length / scale.length;
  return Float32Array.from(values, (value, index) => value * scale[Math.floor(index / fanIn)]);
}
