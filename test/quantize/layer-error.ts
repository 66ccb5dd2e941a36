import { TYPE_INT8, TYPE_INT13 } from "../../assembly/shared/ops.ts";
import { NetworkTensors } from "../../tools/export/lower/network-tensors.ts";
import { pack } from "../../tools/export/pack.ts";
import { networkTiming } from "../../tools/export/plan/timing.ts";
import type { QuantizedNetwork } from "../../tools/export/quantized-network.ts";
import { forward } from "../../tools/forward/float-forward.ts";
import type { NodeWeights } from "../../tools/forward/layer-weights.ts";
import { nodeWeights } from "../../tools/forward/layer-weights.ts";
import type { Rows } from "../../tools/forward/rows.ts";
import type { FloatModel } from "../../tools/graph/model.ts";
import { lastDecisionAlone } from "../../tools/quantize/loss/last-decision.ts";
import { decodeModel } from "../reference/decode-model.ts";
import { runNetwork } from "../reference/network.ts";

/** Largest distances of a layer's integers, as real numbers, from float: shares of the float tensor's largest magnitude. */
export interface LayerError {
  readonly name: string;
  readonly type: "int8" | "int13" | "int16";
  /** Largest magnitude of the float tensor. */
  readonly range: number;
  /** Against float arithmetic on the same weights: what roundings, tables and clamps do, all layers before included. */
  readonly arithmetic: number;
  /** Against the float network: what rounding the weights does besides. */
  readonly network: number;
}

/**
 * Every layer's worst error on a crop, at its last decision. The integers are the reference's, which every build of the engine
 * equals byte for byte.
 */
export function layerErrors(model: FloatModel, network: QuantizedNetwork, samples: Int16Array): readonly LayerError[] {
  const alone = { ...network, graph: lastDecisionAlone(network.graph, samples.length) };
  const { tickSamples } = networkTiming(network.graph);
  const decoded = decodeModel(pack(alone, { tickSamples }));
  const [integers] = runNetwork(decoded, samples).windows;
  const tensors = new NetworkTensors(network);
  const rounded = forward(network.graph, roundedWeights(network), samples);
  const float = forward(network.graph, nodeWeights(model), samples);
  return network.graph.nodes.map(({ name }, index) => {
    const values = Float64Array.from(integers[index].values, (value) => value * tensors.scaleOf(name));
    const range = (float.get(name) as Rows).data.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0);
    return {
      name,
      type: typeName(integers[index].type),
      range,
      arithmetic: worstDifference(values, (rounded.get(name) as Rows).data) / range,
      network: worstDifference(values, (float.get(name) as Rows).data) / range,
    };
  });
}

/** The integers of a network as the real numbers that they stand for. */
function roundedWeights({ weights, norms }: QuantizedNetwork): ReadonlyMap<string, NodeWeights> {
  const real = new Map<string, NodeWeights>();
  for (const [name, { integers, scale, bias }] of weights) {
    const fanIn = integers.length / scale.length;
    real.set(name, {
      values: Float32Array.from(integers, (integer, index) => integer * scale[Math.floor(index / fanIn)]),
      affine: { gain: new Float64Array(scale.length).fill(1), offset: bias },
    });
  }
  for (const [name, { gamma, beta }] of norms ?? []) {
    real.set(name, { values: new Float32Array(), affine: { gain: gamma, offset: beta } });
  }
  return real;
}

function worstDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) throw new RangeError(`${a.length} values cannot be compared with ${b.length}`);
  let worst = 0;
  for (let index = 0; index < a.length; index++) worst = Math.max(worst, Math.abs(a[index] - b[index]));
  return worst;
}

function typeName(type: number): LayerError["type"] {
  if (type === TYPE_INT8) return "int8";
  return type === TYPE_INT13 ? "int13" : "int16";
}
