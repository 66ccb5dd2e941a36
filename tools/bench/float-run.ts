import type { QuantizedNetwork } from "../export/quantized-network.ts";
import { forward } from "../forward/float-forward.ts";
import type { NodeWeights } from "../forward/layer-weights.ts";
import type { Rows } from "../forward/rows.ts";

/** Runs a network's weights, integer * scale, in plain float and returns every node's rows by its name. */
export function floatRun(
  { graph, weights, norms }: Pick<QuantizedNetwork, "graph" | "weights" | "norms">,
  samples: Int16Array,
): ReadonlyMap<string, Rows> {
  const real = new Map<string, NodeWeights>();
  for (const [name, { integers, scale, bias }] of weights) {
    const gain = new Float64Array(scale.length).fill(1);
    real.set(name, { values: realValues(integers, scale), affine: { gain, offset: bias } });
  }
  for (const [name, { gamma, beta }] of norms ?? []) {
    real.set(name, { values: new Float32Array(), affine: { gain: gamma, offset: beta } });
  }
  return forward(graph, real, samples);
}

/** Multiplies integers by the scale of their channel, [outChannel][k]. */
export function realValues(integers: Int8Array, scale: Float64Array): Float32Array {
  const fanIn = integers.length / scale.length;
  return Float32Array.from(integers, (integer, index) => integer * scale[Math.floor(index / fanIn)]);
}
