import { type Graph, type GraphNode, nodeNamed } from "../../graph/graph.ts";
import { weightShapes } from "../../graph/weight-shapes.ts";
import { nameOfPart, type StateDictTensor } from "./state-dict-layout.ts";

/** Names of a block's modules; graphs count blocks from 1, checkpoints from 0. */
const BLOCK_MODULES: Readonly<Record<string, string>> = {
  query: "attention.q_proj",
  key: "attention.k_proj",
  value: "attention.v_proj",
  out: "attention.out_proj",
  "attention.norm": "layer_norm",
  up: "feed_forward.intermediate_dense",
  down: "feed_forward.output_dense",
  norm: "final_layer_norm",
};

const MODULES: Readonly<Record<string, string>> = {
  "conv0.norm": "feature_extractor.conv_layers.0.layer_norm",
  "project.norm": "feature_projection.layer_norm",
  project: "feature_projection.projection",
  position: "encoder.pos_conv_embed.conv",
  "position.norm": "encoder.layer_norm",
  head: "classifier",
};

/** Whether a graph is one of the published networks, whose first conv is normalised over the window. */
export function isPublishedHubert(graph: Graph): boolean {
  return graph.nodes.some(({ name, op }) => name === "conv0.norm" && op === "groupNorm");
}

/**
 * Lists the tensors of a HuBERT by the names of its published checkpoints, the positional conv's weights fused (`fuseWeightNorm`):
 * Conv1d [out][in / groups][kernel], Linear [out][in], norms `weight` and `bias`.
 */
export function hubertTensors(graph: Graph): ReadonlyMap<string, StateDictTensor> {
  const tensors = new Map<string, StateDictTensor>();
  for (const [key, modelShape] of weightShapes(graph)) {
    const dot = key.lastIndexOf(".");
    const node = nodeNamed(graph, key.slice(0, dot));
    const part = key.slice(dot + 1);
    const taps = part === "weight" && node.op === "conv1d" ? node.kernel : 1;
    const shape = [...modelShape].reverse();
    if (isLinear(node) && part === "weight") shape.length = 2;
    tensors.set(`${moduleName(node)}.${nameOfPart(node, part)}`, { shape, key, modelShape, taps });
  }
  return tensors;
}

function isLinear(node: GraphNode): boolean {
  return node.op === "dense" || (node.op === "conv1d" && node.kernel === 1);
}

function moduleName({ name }: GraphNode): string {
  const [, conv] = /^conv(\d)$/.exec(name) ?? [];
  if (conv !== undefined) return `feature_extractor.conv_layers.${conv}.conv`;
  const [, block, module] = /^block(\d+)\.(.*)$/.exec(name) ?? [];
  const found = block === undefined ? MODULES[name] : BLOCK_MODULES[module];
  if (!found) throw new RangeError(`node ${name} has no name in a HuBERT checkpoint`);
  return block === undefined ? found : `encoder.layers.${Number(block) - 1}.${found}`;
}
