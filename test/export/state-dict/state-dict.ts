import { type Graph, isNorm, isWeighted } from "../../../tools/graph/graph.ts";
import { type FloatModel, type Tensor, weightOf } from "../../../tools/graph/model.ts";
import { tensorShapes } from "../../../tools/graph/shapes.ts";
import { weightShapes } from "../../../tools/graph/weight-shapes.ts";
import { SeededRandom } from "../../../tools/random/random.ts";

/** A model with a random number in every place. */
export function randomModel(graph: Graph, seed: number): FloatModel {
  const random = new SeededRandom(seed);
  const weights = new Map<string, Tensor>();
  for (const [key, shape] of weightShapes(graph)) {
    const length = shape.reduce((product, extent) => product * extent, 1);
    // A variance is positive.
    const value = key.endsWith(".variance") ? () => 0.2 + random.next() : () => random.normal();
    weights.set(key, { shape, data: Float32Array.from({ length }, value) });
  }
  return { graph, weights, facts: {} };
}

/** The state dict of the same network in PyTorch, written from PyTorch's documentation of its modules. */
export function stateDictOf(model: FloatModel, prefix = ""): Map<string, Tensor> {
  const shapes = tensorShapes(model.graph);
  const dict = new Map<string, Tensor>();
  for (const node of model.graph.nodes) {
    const copy = (name: string, part: string) =>
      dict.set(`${prefix}${node.name}.${name}`, weightOf(model, `${node.name}.${part}`));
    if (isNorm(node)) {
      copy("weight", "gamma");
      copy("bias", "beta");
    }
    if (!isWeighted(node)) continue;
    // Conv1d with groups = channels has one input channel to a group.
    const groups = node.op === "conv1d" ? (node.groups ?? 1) : 1;
    const inChannels = node.op === "depthwiseConv1d" ? 1 : (shapes.get(node.input)?.channels ?? 0) / groups;
    const { data } = weightOf(model, `${node.name}.weight`);
    const values: number[] = [];
    const out = shapes.get(node.name)?.channels ?? 0;
    const taps = node.op === "dense" ? node.columns : node.kernel;
    for (let o = 0; o < out; o++)
      for (let channel = 0; channel < inChannels; channel++)
        for (let tap = 0; tap < taps; tap++) values.push(data[tap * inChannels * out + channel * out + o]);
    const shape = node.op === "dense" ? [out, inChannels * taps] : [out, inChannels, taps];
    dict.set(`${prefix}${node.name}.weight`, { shape, data: Float32Array.from(values) });
    if (node.op === "dense" || node.bias) copy("bias", "bias");
    if (node.op === "dense" || !node.batchNorm) continue;
    copy("norm.weight", "gamma");
    copy("norm.bias", "beta");
    copy("norm.running_mean", "mean");
    copy("norm.running_var", "variance");
  }
  return dict;
}
