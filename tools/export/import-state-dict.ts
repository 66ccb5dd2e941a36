import { basename } from "node:path";
import type { Graph } from "../graph/graph.ts";
import type { FloatModel, Tensor } from "../graph/model.ts";
import { readSafetensors } from "./safetensors-format.ts";
import { type StateDictTensor, stateDictTensors, toModelLayout } from "./state-dict-layout.ts";

/** Batch norm's count of training batches, an integer that inference does not use. */
const BATCH_COUNT = /\.norm\.num_batches_tracked$/;
/** In every checkpoint of HuBERT and of HuBERT-ECG. */
const HUBERT = /(^|\.)feature_extractor\.conv_layers\./;

/**
 * Reads weights trained in PyTorch into a graph: a state dict in a safetensors file, named and laid out as
 * `stateDictTensors` has it. A prefix such as "model." or "module." that all names share is of no account. Throws Error
 * with one sentence that names the file and the tensor that is missing, extra, misshapen or not finite.
 */
export function importStateDict(path: string, graph: Graph): FloatModel {
  const fail = (sentence: string): never => {
    throw new Error(`${path}: ${sentence}`);
  };
  const { tensors } = readSafetensors(path, (name) => BATCH_COUNT.test(name));
  const hubert = [...tensors.keys()].find((name) => HUBERT.test(name));
  if (hubert) fail(`tensor ${hubert} is of a HuBERT network, which this release does not support`);
  const expected = stateDictTensors(graph);
  const prefix = commonPrefix(tensors, expected);
  const weights = new Map<string, Tensor>();
  for (const [name, wanted] of expected) {
    const found = tensors.get(prefix + name);
    if (!found) return fail(`tensor ${prefix}${name} is missing, expected shape [${wanted.shape}]`);
    const problem = tensorProblem(found, wanted);
    if (problem) fail(`tensor ${prefix}${name}, ${problem}`);
    weights.set(wanted.key, toModelLayout(found, wanted));
  }
  const extra = [...tensors].find(([name]) => !expected.has(name.slice(prefix.length)));
  if (extra) fail(`tensor ${extra[0]}: found shape [${extra[1].shape}], expected no such tensor in ${graph.name}`);
  return { graph, weights, facts: { importedFrom: basename(path), format: "pytorch safetensors" } };
}

/** What stands before the graph's first tensor, if it stands before every tensor. */
function commonPrefix(tensors: ReadonlyMap<string, Tensor>, expected: ReadonlyMap<string, StateDictTensor>): string {
  const names = [...tensors.keys()];
  const [first] = expected.keys();
  const prefix = names.find((name) => name.endsWith(`.${first}`))?.slice(0, -first.length) ?? "";
  return names.every((name) => name.startsWith(prefix)) ? prefix : "";
}

function tensorProblem({ shape, data }: Tensor, wanted: StateDictTensor): string | null {
  if (shape.join() !== wanted.shape.join()) return `shape: found [${shape}], expected [${wanted.shape}]`;
  const at = data.findIndex((value) => !Number.isFinite(value));
  return at < 0 ? null : `element ${at}: found ${data[at]}, expected a finite number`;
}
