import type { ConditionedRecord } from "../../data/record.ts";
import { argMax } from "../../evaluate/arg-max.ts";
import { forward } from "../../forward/float-forward.ts";
import { nodeWeights } from "../../forward/layer-weights.ts";
import type { Graph } from "../../graph/graph.ts";
import type { FloatModel } from "../../graph/model.ts";
import { SeededRandom } from "../../random/random.ts";

/** Crop length of a streaming network's selection: the paper's window. */
const STREAM_CROP_SAMPLES = 5120;

/** A crop that the search judges by, with the float network's logits. */
export interface SelectionCrop {
  readonly samples: Int16Array;
  /** Index of the true class. */
  readonly classIndex: number;
  readonly floatLogits: Float64Array;
}

/**
 * Draws `count` random crops, one a record while records last, seeded; a short record is padded with zeros at its end.
 * Throws RangeError on a label that is none of the model's classes, or without records.
 */
export function selectCrops(
  records: readonly ConditionedRecord[],
  graph: Graph,
  count: number,
  seed: number,
): readonly { samples: Int16Array; classIndex: number }[] {
  if (records.length === 0) throw new RangeError("there are no records to choose crops from");
  const random = new SeededRandom(seed).fork("selection");
  const length = graph.windowSamples ?? STREAM_CROP_SAMPLES;
  let pile: ConditionedRecord[] = [];
  return Array.from({ length: count }, () => {
    if (pile.length === 0) pile = random.shuffle(records);
    const record = pile.pop() as ConditionedRecord;
    const classIndex = graph.classes.indexOf(record.label);
    if (classIndex < 0) {
      throw new RangeError(
        `record ${record.name} has the label ${record.label}; the classes are ${graph.classes.join(", ")}`,
      );
    }
    const samples = new Int16Array(length);
    const start = record.samples.length > length ? random.integer(record.samples.length - length + 1) : 0;
    samples.set(record.samples.subarray(start, start + length));
    return { samples, classIndex };
  });
}

/** Adds the float network's logits. */
export function withFloatLogits(
  model: FloatModel,
  crops: readonly { samples: Int16Array; classIndex: number }[],
): readonly SelectionCrop[] {
  const weights = nodeWeights(model);
  const last = model.graph.nodes[model.graph.nodes.length - 1].name;
  return crops.map((crop) => {
    const logits = forward(model.graph, weights, crop.samples).get(last);
    return { ...crop, floatLogits: Float64Array.from(logits?.data ?? []) };
  });
}

/** Counts the crops that the float network gets wrong. */
export function floatErrors(crops: readonly SelectionCrop[]): number {
  return crops.filter((crop) => argMax(crop.floatLogits) !== crop.classIndex).length;
}

/** Lists the model's classes that no crop is of. */
export function missingClasses(crops: readonly Pick<SelectionCrop, "classIndex">[], graph: Graph): readonly string[] {
  const present = new Set(crops.map(({ classIndex }) => classIndex));
  return graph.classes.filter((_, index) => !present.has(index));
}
