import { type Graph, type GraphNode, isConv, isNorm, nodeNamed } from "../../graph/graph.ts";
import type { Tensor } from "../../graph/model.ts";
import { weightShapes } from "../../graph/weight-shapes.ts";

/** A tensor of a PyTorch state dict, and its place in a FloatModel. */
export interface StateDictTensor {
  readonly shape: readonly number[];
  /** Key in FloatModel.weights; `modelShape` is the shape there. */
  readonly key: string;
  readonly modelShape: readonly number[];
  /** Taps of a conv, columns of a dense layer; 1 for a vector. */
  readonly taps: number;
}

/** Names of the tensors of the batch norm below a conv. */
const BATCH_NORM_PARTS: Readonly<Record<string, string>> = {
  gamma: "norm.weight",
  beta: "norm.bias",
  mean: "norm.running_mean",
  variance: "norm.running_var",
};

/**
 * Lists the tensors of a graph by their names in PyTorch, for modules named after the nodes:
 *
 *     conv1d           NODE.weight [out][in / groups][kernel], NODE.bias [out] if any     torch.nn.Conv1d
 *     depthwiseConv1d  NODE.weight [channels][1][kernel], NODE.bias alike                 Conv1d, groups = channels
 *     their batch norm NODE.norm.weight, .bias, .running_mean, .running_var [out]         torch.nn.BatchNorm1d
 *     groupNorm        NODE.weight, NODE.bias [channels]              GroupNorm, groups = channels
 *     layerNorm        NODE.weight, NODE.bias [channels]                                  torch.nn.LayerNorm
 *     dense            NODE.weight [out][in * columns], NODE.bias [out]                   torch.nn.Linear
 *
 * PyTorch flattens [in][columns] for a dense layer over several columns, a FloatModel [columns][in].
 */
export function stateDictTensors(graph: Graph): ReadonlyMap<string, StateDictTensor> {
  const tensors = new Map<string, StateDictTensor>();
  for (const [key, modelShape] of weightShapes(graph)) {
    const dot = key.lastIndexOf(".");
    const node = nodeNamed(graph, key.slice(0, dot));
    const part = key.slice(dot + 1);
    const isWeight = part === "weight";
    const taps = !isWeight ? 1 : isConv(node) ? node.kernel : node.op === "dense" ? node.columns : 1;
    // The axes of a weight stand in opposite orders; PyTorch's depthwise weight has another input axis of size one.
    const shape = [...modelShape].reverse();
    if (isWeight && node.op === "depthwiseConv1d") shape.splice(1, 0, 1);
    tensors.set(`${node.name}.${nameOfPart(node, part)}`, { shape, key, modelShape, taps });
  }
  return tensors;
}

/** Names a parameter of a FloatModel as its module does, or the batch norm below the module. */
export function nameOfPart(node: GraphNode, part: string): string {
  if (isNorm(node)) return part === "gamma" ? "weight" : "bias";
  return BATCH_NORM_PARTS[part] ?? part;
}

/** Turns the axes [out][in][taps] to [taps][in][out]; a vector stays as it is. */
export function toModelLayout({ shape, data }: Tensor, { modelShape, taps }: StateDictTensor): Tensor {
  const [out] = shape;
  const inChannels = data.length / (out * taps);
  const turned = new Float32Array(data.length);
  for (let o = 0, from = 0; o < out; o++) {
    for (let channel = 0; channel < inChannels; channel++) {
      for (let tap = 0; tap < taps; tap++, from++) turned[(tap * inChannels + channel) * out + o] = data[from];
    }
  }
  return { shape: modelShape, data: turned };
}
