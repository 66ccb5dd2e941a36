import { basename } from "node:path";
import type { Graph } from "../../graph/graph.ts";
import type { FloatModel, Tensor } from "../../graph/model.ts";
import { readSafetensors } from "../safetensors/safetensors-format.ts";
import { checkTensors } from "./check-tensors.ts";
import { hubertTensorOf, importHubert } from "./import-hubert.ts";
import { type StateDictTensor, stateDictTensors, toModelLayout } from "./state-dict-layout.ts";

/** Batch norm's count of training batches, an integer that inference does not use. */
const BATCH_COUNT = /\.norm\.num_batches_tracked$/;
/** Tensors that only HuBERT's pretraining needs: the embedding of masked tokens, and the layers that predict their clusters. */
const PRETRAINING = /(^|\.)(masked_spec_embed|label_embedding(\.\d+)?(\.weight)?|final_proj(\.\d+)?\.(weight|bias))$/;

/**
 * Reads weights trained in PyTorch into a graph: a state dict in a safetensors file, named and laid out as
 * `stateDictTensors` has it, or a published HuBERT checkpoint (`hubertTensors`). All names may share a prefix such as "model." or
 * "module.". Throws Error with one sentence that names the file and the tensor that is missing, extra, misshapen or not finite.
 */
export function importStateDict(path: string, graph: Graph): FloatModel {
  const leftOut = new Set<string>();
  const { tensors } = readSafetensors(path, (name) => {
    if (PRETRAINING.test(name)) leftOut.add(name);
    return BATCH_COUNT.test(name) || PRETRAINING.test(name);
  });
  const imported = { importedFrom: basename(path), format: "pytorch safetensors" };
  try {
    if (!hubertTensorOf(tensors.keys())) {
      const [extra] = leftOut;
      if (extra !== undefined) throw new RangeError(`tensor ${extra}: expected no such tensor in ${graph.name}`);
      return { graph, weights: importNodes(graph, tensors), facts: imported };
    }
    const { weights, hasClassifier } = importHubert(graph, tensors);
    return { graph, weights, facts: { ...imported, leftOut: [...leftOut], hasClassifier } };
  } catch (error) {
    throw new Error(`${path}: ${(error as Error).message}`);
  }
}

function importNodes(graph: Graph, tensors: ReadonlyMap<string, Tensor>): Map<string, Tensor> {
  const expected = stateDictTensors(graph);
  const prefix = commonPrefix(tensors, expected);
  checkTensors(graph, tensors, expected, prefix);
  return new Map(
    [...expected].map(([name, wanted]) => [wanted.key, toModelLayout(tensors.get(prefix + name) as Tensor, wanted)]),
  );
}

/** Finds the prefix of the graph's first tensor, if every tensor has it; else it is empty. */
function commonPrefix(tensors: ReadonlyMap<string, Tensor>, expected: ReadonlyMap<string, StateDictTensor>): string {
  const names = [...tensors.keys()];
  const [first] = expected.keys();
  const prefix = names.find((name) => name.endsWith(`.${first}`))?.slice(0, -first.length) ?? "";
  return names.every((name) => name.startsWith(prefix)) ? prefix : "";
}
