import type { ConditionedRecord } from "../../data/record.ts";
import type { Graph } from "../../graph/graph.ts";
import type { SeededRandom } from "../../random/random.ts";
import type { Batch } from "../gradients/step.ts";
import type { TrainOptions } from "../recipe/options.ts";
import { type Teacher, taughtLogits } from "../teachers/teachers.ts";
import { writeCrop } from "./crops.ts";
import { mixRows } from "./mixup.ts";
import type { NoiseSignals } from "./noise.ts";
import { hardTargets, softTargets } from "./targets.ts";

/** The records that crops are drawn from, with their noise. */
export interface TrainingSet {
  readonly records: readonly ConditionedRecord[];
  /** The class index of each record. */
  readonly labels: readonly number[];
  /** The noise that the recipe's `noiseChance` adds; null where it adds none. */
  readonly noise: NoiseSignals | null;
  /** Asked about every record; none for labels alone. */
  readonly teachers: readonly Teacher[];
}

/** One crop of each record chosen, with what it should come to. */
export function drawBatch(
  graph: Graph,
  { records, labels, noise, teachers }: TrainingSet,
  options: TrainOptions,
  classWeights: readonly number[],
  chosen: readonly number[],
  random: SeededRandom,
): Batch {
  const size = chosen.length;
  const cropSamples = graph.windowSamples ?? options.cropSamples;
  const shortRecord = graph.windowSamples === null ? "repeat" : "zeros";
  const signals = new Float32Array(size * cropSamples);
  const taught = chosen.map((index, row) => {
    const crop = signals.subarray(row * cropSamples, (row + 1) * cropSamples);
    const span = writeCrop(crop, records[index], shortRecord, options.augmentation, noise, random);
    return teachers.length === 0 ? null : taughtLogits(teachers, records[index].name, span);
  });
  const hard = hardTargets(
    chosen.map((index) => labels[index]),
    classWeights,
    options.labelSmoothing,
  );
  const words = taught.filter((logits) => logits !== null);
  const soft = words.length === 0 ? null : softTargets(words, options.distillation.temperature);
  if (options.mixupAlpha > 0) mixRows(soft ? [signals, hard, soft] : [signals, hard], size, options.mixupAlpha, random);
  return { size, signals, targets: { hard, soft } };
}
