import type { IntegerWeights } from "../../export/quantized-network.ts";
import { forward } from "../../forward/float-forward.ts";
import { foldedValues, type LayerWeights, nodeWeights } from "../../forward/layer-weights.ts";
import type { Rows } from "../../forward/rows.ts";
import { type Graph, INPUT } from "../../graph/graph.ts";
import { type FloatModel, weightOf } from "../../graph/model.ts";
import { SeededRandom } from "../../random/random.ts";
import { squaredError } from "../quantizers/dequantize.ts";
import { outputError } from "../quantizers/output-error-rounding.ts";
import { inputMoments, type SecondMoments } from "../quantizers/second-moments.ts";
import { type GradientAt, hessianTraces } from "./hessian-trace.ts";
import { EVEN_IMPORTANCE, type ImportanceWeights, type RankedLayer, rankLayers } from "./importance.ts";

/** Facts that a measure may ask for. "Low" is the narrowest width of the menu. */
interface ImportanceContext {
  readonly model: FloatModel;
  readonly layers: ReadonlyMap<string, LayerWeights>;
  readonly weights: ImportanceWeights;
  readonly calibration: readonly Int16Array[];
  /** Gradient of the decisions' loss by the weights, named as in the model; null where there are no gradients. */
  readonly gradientAt: GradientAt | null;
  lowIntegers(layer: string): IntegerWeights;
  /** Measures the divergence of the whole network with one layer alone at the low width. */
  divergenceAlone(layer: string): Promise<number>;
}

/** Number of probes, each of two gradients. */
const TRACE_PROBES = 16;

type Measure = (context: ImportanceContext) => Promise<readonly RankedLayer[]>;

/**
 * Measures of a layer's importance. The paper's: "pdi" (its share of the weights), "pvi" (their log-scaled variance) and "weighted" (eq.
 * 2). "sensitivity" is measured on the engine; "weightError" is the squared error of the weights at the low width, relative to
 * their squares; "outputError" that of the layer's sums on the calibration rows: tr(dW H dW^T) / tr(W H W^T), H the second
 * moments of its input, which is the Gauss-Newton form of a loss on the layer's own output. "hessianTrace" is the mean trace a weight
 * of the Hessian of the network's loss times the squared error at the low width (HAWQ-V2, Dong et al. 2020): the loss that the
 * error costs, were it random. It throws RangeError where the context has no gradients.
 */
export const IMPORTANCE_MEASURES = {
  weighted: async ({ layers, weights }) => rankLayers(folded(layers), weights),
  pdi: async ({ layers }) => rankLayers(folded(layers), { alpha: 1, beta: 0 }),
  pvi: async ({ layers }) => rankLayers(folded(layers), { alpha: 0, beta: 1 }),
  sensitivity: (context) => rankBy(context, (name) => context.divergenceAlone(name)),
  weightError: (context) =>
    rankBy(context, async (name) => {
      const { values } = context.layers.get(name) as LayerWeights;
      return squaredError(context.lowIntegers(name), values) / values.reduce((sum, value) => sum + value * value, 0);
    }),
  outputError: (context) => {
    const moments = inputMoments(context.model.graph, calibrationRows(context));
    return rankBy(context, async (name) => {
      const { values } = context.layers.get(name) as LayerWeights;
      const layerMoments = moments.get(name) as SecondMoments;
      const low = context.lowIntegers(name);
      const nothing = { ...low, integers: new Int8Array(values.length) };
      return outputError(low, values, layerMoments) / outputError(nothing, values, layerMoments);
    });
  },
  hessianTrace: async (context) => {
    const { gradientAt, layers } = context;
    if (!gradientAt) throw new RangeError("the Hessian trace takes gradients of the network, and there are none here");
    const at = new Map([...layers].map(([name]) => [`${name}.weight`, weightOf(context.model, `${name}.weight`).data]));
    const traces = await hessianTraces(gradientAt, at, TRACE_PROBES, new SeededRandom(1));
    return rankBy(context, async (name) => {
      const { values } = layers.get(name) as LayerWeights;
      const trace = traces.get(`${name}.weight`) as number;
      return (Math.max(0, trace) / values.length) * squaredError(context.lowIntegers(name), values);
    });
  },
} as const satisfies Readonly<Record<string, Measure>>;

export type ImportanceName = keyof typeof IMPORTANCE_MEASURES;

export const IMPORTANCE_NAMES = Object.keys(IMPORTANCE_MEASURES) as readonly ImportanceName[];

/** Ranks layers by a measure, 1 for the largest; density and deviation stay the paper's. */
async function rankBy(
  { layers }: ImportanceContext,
  measure: (layer: string) => Promise<number>,
): Promise<readonly RankedLayer[]> {
  const ranked = rankLayers(folded(layers), EVEN_IMPORTANCE);
  const measured: number[] = [];
  for (const { name } of ranked) measured.push((await measure(name)) || 0);
  const largest = Math.max(...measured) || 1;
  return ranked.map((layer, index) => ({ ...layer, importance: measured[index] / largest }));
}

function folded(layers: ReadonlyMap<string, LayerWeights>): ReadonlyMap<string, Float32Array> {
  return new Map([...layers].map(([name, layer]) => [name, foldedValues(layer)]));
}

/** Computes every node's rows on each calibration crop, in float. */
function calibrationRows({ model, calibration }: ImportanceContext): ReadonlyMap<string, readonly Rows[]> {
  const weights = nodeWeights(model);
  const crops = calibration.map((samples) => forward(model.graph, weights, samples));
  return new Map(namesOf(model.graph).map((name) => [name, crops.map((crop) => crop.get(name) as Rows)]));
}

function namesOf({ nodes }: Graph): readonly string[] {
  return [INPUT, ...nodes.map(({ name }) => name)];
}
