import type { Tensor } from "../graph/model.ts";
import type { PretrainEpochRecord, PretrainingState } from "./state.ts";

/** A pretraining state as tensors and one JSON value: what a safetensors file holds. */
export interface PretrainingCheckpoint {
  readonly tensors: ReadonlyMap<string, Tensor>;
  readonly facts: { readonly history: readonly PretrainEpochRecord[]; readonly adamStep: number };
}

const MEANS = "codebook/means";
const SCALES = "codebook/scales";
const CENTRES = "codebook/centres";

/** Each kind of tensor has its prefix. The tensors are not copied: write them before pretraining goes on. */
export function packPretraining({ history, weights, adam, targets }: PretrainingState): PretrainingCheckpoint {
  const { codebook, teacher } = targets;
  const vector = (data: Float32Array): Tensor => ({ shape: [data.length], data });
  const tensors = new Map<string, Tensor>([
    [MEANS, vector(codebook.means)],
    [SCALES, vector(codebook.scales)],
    [CENTRES, { shape: [codebook.set.count, codebook.set.width], data: codebook.set.centres }],
  ]);
  for (const [key, tensor] of weights) tensors.set(`weights/${key}`, tensor);
  for (const [key, tensor] of teacher ?? []) tensors.set(`teacher/${key}`, tensor);
  for (const [key, data] of adam.first) tensors.set(`first/${key}`, vector(data));
  for (const [key, data] of adam.second) tensors.set(`second/${key}`, vector(data));
  return { tensors, facts: { history, adamStep: adam.step } };
}

/** Throws RangeError where a tensor is missing. */
export function unpackPretraining({ tensors, facts }: PretrainingCheckpoint): PretrainingState {
  const under = (prefix: string) =>
    new Map(
      [...tensors].filter(([key]) => key.startsWith(prefix)).map(([key, tensor]) => [key.slice(prefix.length), tensor]),
    );
  const dataUnder = (prefix: string) => new Map([...under(prefix)].map(([key, { data }]) => [key, data]));
  const named = (key: string): Tensor => {
    const tensor = tensors.get(key);
    if (!tensor) throw new RangeError(`tensor ${key} is missing`);
    return tensor;
  };
  const centres = named(CENTRES);
  const [count, width] = centres.shape;
  const teacher = under("teacher/");
  return {
    history: facts.history,
    weights: under("weights/"),
    adam: { step: facts.adamStep, first: dataUnder("first/"), second: dataUnder("second/") },
    targets: {
      codebook: {
        means: named(MEANS).data,
        scales: named(SCALES).data,
        set: { count, width, centres: centres.data },
      },
      teacher: teacher.size === 0 ? null : teacher,
    },
  };
}
