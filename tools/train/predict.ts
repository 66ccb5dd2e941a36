import * as tf from "@tensorflow/tfjs";
import type { ConditionedRecord } from "../data/record.ts";
import type { Graph } from "../graph/graph.ts";
import { type FloatModel, INPUT_MILLIVOLTS_PER_COUNT, type Tensor } from "../graph/model.ts";
import { lastStreamNode, tensorShapes } from "../graph/shapes.ts";
import { forward } from "./layers.ts";

/** Samples of a batch, at most, where a record is no longer: 8 records of 30 s. */
const BATCH_SAMPLES = 120_000;

/** A record's decisions and what they come to. */
export interface RecordLogits {
  readonly name: string;
  /** [decisions][classes] */
  readonly decisions: readonly Float32Array[];
  /** Mean over the decisions: the record's logits. */
  readonly mean: Float32Array;
}

/**
 * The one window protocol, the engine's own: the network runs once over the whole record. A streaming network decides
 * over its last `window` columns every `hop` columns from the warm-up on (10.24 s every 512 ms from 2 s on for
 * resnet1d-edge: early decisions see less); a one-window network decides on every full window. A record too short for
 * one decision is padded at its end with zeros. A record's logits are the mean over its decisions.
 */
export function predict(model: FloatModel, records: readonly ConditionedRecord[]): RecordLogits[] {
  return predictWith(model.graph, model.weights, records);
}

/** As `predict`, from weights that are still being trained. Needs a selected backend. */
export function predictWith(
  graph: Graph,
  weights: ReadonlyMap<string, Tensor>,
  records: readonly ConditionedRecord[],
): RecordLogits[] {
  const tensors = new Map([...weights].map(([key, { shape, data }]) => [key, tf.tensor(data, [...shape])]));
  try {
    const least = leastSamples(graph);
    const answers = new Map<ConditionedRecord, RecordLogits>();
    for (const batch of batchesOfEqualLength(records, least)) {
      const logits = tf.tidy(() => forward(graph, tensors, signalsOf(batch, least), null).dataSync() as Float32Array);
      const size = logits.length / batch.length;
      batch.forEach((record, index) => {
        const decisions = rowsOf(logits.subarray(index * size, (index + 1) * size), graph.classes.length);
        answers.set(record, { name: record.name, decisions, mean: meanOf(decisions) });
      });
    }
    return records.map((record) => answers.get(record) as RecordLogits);
  } finally {
    for (const tensor of tensors.values()) tensor.dispose();
  }
}

/** Samples that give one decision at least. */
function leastSamples(graph: Graph): number {
  return graph.windowSamples ?? tensorShapes(graph).get(lastStreamNode(graph))?.strideSamples ?? 1;
}

/** The records in batches of one length each, which seven tenths of CinC 2017's share: about a third less time than one by one. */
function batchesOfEqualLength(records: readonly ConditionedRecord[], least: number): ConditionedRecord[][] {
  const byLength = new Map<number, ConditionedRecord[]>();
  for (const record of records) {
    const length = Math.max(record.samples.length, least);
    byLength.set(length, [...(byLength.get(length) ?? []), record]);
  }
  return [...byLength].flatMap(([length, equals]) => {
    const size = Math.max(1, Math.floor(BATCH_SAMPLES / length));
    return Array.from({ length: Math.ceil(equals.length / size) }, (_, i) => equals.slice(i * size, (i + 1) * size));
  });
}

/** [batch][samples][1] in millivolts, padded to `least` samples. */
function signalsOf(batch: readonly ConditionedRecord[], least: number): tf.Tensor3D {
  const length = Math.max(batch[0].samples.length, least);
  const signals = new Float32Array(batch.length * length);
  batch.forEach(({ samples }, row) => {
    for (let i = 0; i < samples.length; i++) signals[row * length + i] = samples[i] * INPUT_MILLIVOLTS_PER_COUNT;
  });
  return tf.tensor3d(signals, [batch.length, length, 1]);
}

function rowsOf(values: Float32Array, columns: number): Float32Array[] {
  return Array.from({ length: values.length / columns }, (_, row) => values.slice(row * columns, (row + 1) * columns));
}

function meanOf(rows: readonly Float32Array[]): Float32Array {
  return rows[0].map((_, column) => rows.reduce((sum, row) => sum + row[column], 0) / rows.length);
}
