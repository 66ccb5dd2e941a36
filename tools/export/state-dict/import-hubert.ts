import type { Graph } from "../../graph/graph.ts";
import type { Tensor } from "../../graph/model.ts";
import { checkTensors } from "./check-tensors.ts";
import { hubertTensors, isPublishedHubert } from "./hubert-state-dict.ts";
import { type StateDictTensor, toModelLayout } from "./state-dict-layout.ts";
import { FUSED_WEIGHT, fuseWeightNorm, weightNormNames } from "./weight-norm.ts";

/** A name that ends one name of every checkpoint of HuBERT and HuBERT-ECG; the text before it is a prefix. */
const FIRST_CONV = "feature_extractor.conv_layers.0.conv.weight";
const HUBERT = /(^|\.)feature_extractor\.conv_layers\./;
/** Prefix of the network's names where a classifier stands beside it. */
const WRAPPER = "hubert_ecg.";
const CLASSIFIER = /^classifier\./;

/** Finds the name of a tensor that only a HuBERT has. */
export function hubertTensorOf(names: Iterable<string>): string | undefined {
  return [...names].find((name) => HUBERT.test(name));
}

/**
 * Reads the weights of a published HuBERT checkpoint by their keys in FloatModel. A checkpoint without a classifier, as pretraining
 * leaves it, gets zeros there. Throws RangeError, one sentence that names the tensor that is missing, extra, misshapen or not finite.
 */
export function importHubert(
  graph: Graph,
  found: ReadonlyMap<string, Tensor>,
): { readonly weights: Map<string, Tensor>; readonly hasClassifier: boolean } {
  if (!isPublishedHubert(graph)) {
    throw new RangeError(`tensor ${hubertTensorOf(found.keys())} is of a HuBERT network: import it as hubert-small`);
  }
  const tensors = withoutPrefix(found);
  const [gain, direction] = weightNormNames((name) => tensors.has(name));
  const hasClassifier = [...tensors.keys()].some((name) => CLASSIFIER.test(name));
  const wanted = [...hubertTensors(graph)];
  const inFile = wanted
    .filter(([name]) => hasClassifier || !CLASSIFIER.test(name))
    .flatMap(([name, { shape }]): [string, Pick<StateDictTensor, "shape">][] =>
      name === FUSED_WEIGHT
        ? [
            [gain, { shape: [1, 1, shape[2]] }],
            [direction, { shape }],
          ]
        : [[name, { shape }]],
    );
  checkTensors(graph, tensors, new Map(inFile));
  const weights = wanted.map(([name, place]): [string, Tensor] => {
    if (!hasClassifier && CLASSIFIER.test(name)) return [place.key, zeros(place.modelShape)];
    const tensor = name === FUSED_WEIGHT ? fuseWeightNorm(tensors, gain, direction) : (tensors.get(name) as Tensor);
    return [place.key, toModelLayout(tensor, place)];
  });
  return { weights: new Map(weights), hasClassifier };
}

/** Shortens the names to those inside the network. */
function withoutPrefix(found: ReadonlyMap<string, Tensor>): ReadonlyMap<string, Tensor> {
  const first = [...found.keys()].find((name) => name.endsWith(FIRST_CONV)) ?? FIRST_CONV;
  const inner = first.slice(0, -FIRST_CONV.length);
  const outer = inner.endsWith(WRAPPER) ? inner.slice(0, -WRAPPER.length) : inner;
  const tensors = new Map<string, Tensor>();
  for (const [name, tensor] of found) {
    const prefix = [inner, outer].find((candidate) => name.startsWith(candidate)) ?? "";
    const bare = name.slice(prefix.length);
    if (tensors.has(bare)) throw new RangeError(`tensor ${name} stands twice, with and without its prefix`);
    tensors.set(bare, tensor);
  }
  return tensors;
}

function zeros(shape: readonly number[]): Tensor {
  return { shape, data: new Float32Array(shape.reduce((product, extent) => product * extent, 1)) };
}
