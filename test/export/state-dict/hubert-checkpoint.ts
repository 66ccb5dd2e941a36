import type { Graph } from "../../../tools/graph/graph.ts";
import { type FloatModel, type Tensor, weightOf } from "../../../tools/graph/model.ts";
import { weightShapes } from "../../../tools/graph/weight-shapes.ts";
import { SeededRandom } from "../../../tools/random/random.ts";

/** A model with random numbers about as large as a trained one's. */
export function randomHubert(graph: Graph, seed: number): FloatModel {
  const random = new SeededRandom(seed);
  const weights = new Map<string, Tensor>();
  for (const [key, shape] of weightShapes(graph)) {
    const length = shape.reduce((product, extent) => product * extent, 1);
    const fanIn = length / shape[shape.length - 1];
    const values: Readonly<Record<string, () => number>> = {
      weight: () => random.normal() / Math.sqrt(fanIn),
      gamma: () => 1 + 0.2 * random.normal(),
      variance: () => 0.2 + random.next(),
    };
    const part = key.slice(key.lastIndexOf(".") + 1);
    weights.set(key, {
      shape,
      data: Float32Array.from({ length }, values[part] ?? (() => 0.2 * random.normal())),
    });
  }
  return { graph, weights, facts: {} };
}

export interface CheckpointForm {
  /** Names of weight-norm's two tensors: since PyTorch 2.0, or before. */
  readonly weightNorm: "parametrizations" | "plain";
  /** Before every name but the classifier's. */
  readonly prefix: string;
}

export const PUBLISHED: CheckpointForm = { weightNorm: "parametrizations", prefix: "" };

/** The checkpoint of a model of the HuBERT family, by the names and in the shapes of the published ones. */
export function checkpointOf(model: FloatModel, { weightNorm, prefix }: CheckpointForm): Map<string, Tensor> {
  const checkpoint = new Map<string, Tensor>();
  const put = (name: string, key: string) => checkpoint.set(`${prefix}${name}`, weightOf(model, key));
  const putConv = (name: string, key: string) => checkpoint.set(`${prefix}${name}`, turned(weightOf(model, key)));
  const putLinear = (name: string, node: string) => {
    const { shape, data } = turned(weightOf(model, `${node}.weight`));
    checkpoint.set(`${prefix}${name}.weight`, { shape: shape.slice(0, 2), data });
    put(`${name}.bias`, `${node}.bias`);
  };
  const putNorm = (name: string, node: string) => {
    put(`${name}.weight`, `${node}.gamma`);
    put(`${name}.bias`, `${node}.beta`);
  };
  for (let layer = 0; layer < 5; layer++) {
    putConv(`feature_extractor.conv_layers.${layer}.conv.weight`, `conv${layer}.weight`);
  }
  if (model.weights.has("conv0.norm.gamma")) putNorm("feature_extractor.conv_layers.0.layer_norm", "conv0.norm");
  else {
    putNorm("feature_extractor.conv_layers.0.batch_norm", "conv0");
    put("feature_extractor.conv_layers.0.batch_norm.running_mean", "conv0.mean");
    put("feature_extractor.conv_layers.0.batch_norm.running_var", "conv0.variance");
  }
  putNorm("feature_projection.layer_norm", "project.norm");
  putLinear("feature_projection.projection", "project");
  const names =
    weightNorm === "plain"
      ? ["weight_g", "weight_v"]
      : ["parametrizations.weight.original0", "parametrizations.weight.original1"];
  const normed = weightNormOf(turned(weightOf(model, "position.weight")));
  names.forEach((name, index) => {
    checkpoint.set(`${prefix}encoder.pos_conv_embed.conv.${name}`, normed[index]);
  });
  put("encoder.pos_conv_embed.conv.bias", "position.bias");
  putNorm("encoder.layer_norm", "position.norm");
  for (let layer = 0; model.weights.has(`block${layer + 1}.up.weight`); layer++) {
    const [to, from] = [`encoder.layers.${layer}`, `block${layer + 1}`];
    putLinear(`${to}.attention.q_proj`, `${from}.query`);
    putLinear(`${to}.attention.k_proj`, `${from}.key`);
    putLinear(`${to}.attention.v_proj`, `${from}.value`);
    putLinear(`${to}.attention.out_proj`, `${from}.out`);
    putNorm(`${to}.layer_norm`, `${from}.attention.norm`);
    putLinear(`${to}.feed_forward.intermediate_dense`, `${from}.up`);
    putLinear(`${to}.feed_forward.output_dense`, `${from}.down`);
    putNorm(`${to}.final_layer_norm`, `${from}.norm`);
  }
  const head = weightOf(model, "head.weight");
  checkpoint.set("classifier.weight", turned({ shape: [1, ...head.shape], data: head.data }, 2));
  checkpoint.set("classifier.bias", weightOf(model, "head.bias"));
  return checkpoint;
}

/** [taps][in][out] as PyTorch has it, [out][in][taps], or without the taps for a rank of 2. */
function turned({ shape: [taps, inputs, out], data }: Tensor, rank = 3): Tensor {
  const values = new Float32Array(data.length);
  for (let tap = 0; tap < taps; tap++)
    for (let i = 0; i < inputs; i++)
      for (let o = 0; o < out; o++) values[(o * inputs + i) * taps + tap] = data[(tap * inputs + i) * out + o];
  return { shape: [out, inputs, taps].slice(0, rank), data: values };
}

/** Gain [1][1][kernel] and direction [out][in][kernel] whose weight-norm over all but the taps is the weight. */
function weightNormOf({ shape, data }: Tensor): [Tensor, Tensor] {
  const kernel = shape[2];
  const gain = new Float32Array(kernel);
  data.forEach((value, index) => {
    gain[index % kernel] += value * value;
  });
  const lengths = (tap: number) => 0.5 + (tap % 7);
  return [
    { shape: [1, 1, kernel], data: gain.map(Math.sqrt) },
    { shape, data: data.map((value, index) => value * lengths(index % kernel)) },
  ];
}
