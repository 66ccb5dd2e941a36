import * as tf from "@tensorflow/tfjs";
import type { ConditionedRecord } from "../data/record.ts";
import type { Graph } from "../graph/graph.ts";
import { type FloatModel, INPUT_MILLIVOLTS_PER_COUNT, type Tensor } from "../graph/model.ts";
import { lastStreamNode, tensorShapes } from "../graph/shapes.ts";
import { forward } from "./layers.ts";

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
    return records.map((record) => {
      const logits = tf.tidy(() => forward(graph, tensors, signalOf(graph, record), null).dataSync() as Float32Array);
      const decisions = rowsOf(logits, graph.classes.length);
      return { name: record.name, decisions, mean: meanOf(decisions) };
    });
  } finally {
    for (const tensor of tensors.values()) tensor.dispose();
  }
}

/** [1][samples][1] in millivolts, padded so that there is one decision at least. */
function signalOf(graph: Graph, { samples }: ConditionedRecord): tf.Tensor3D {
  const column = tensorShapes(graph).get(lastStreamNode(graph));
  const least = graph.windowSamples ?? column?.strideSamples ?? 1;
  const signal = new Float32Array(Math.max(samples.length, least));
  for (let i = 0; i < samples.length; i++) signal[i] = samples[i] * INPUT_MILLIVOLTS_PER_COUNT;
  return tf.tensor3d(signal, [1, signal.length, 1]);
}

function rowsOf(values: Float32Array, columns: number): Float32Array[] {
  return Array.from({ length: values.length / columns }, (_, row) => values.slice(row * columns, (row + 1) * columns));
}

function meanOf(rows: readonly Float32Array[]): Float32Array {
  return rows[0].map((_, column) => rows.reduce((sum, row) => sum + row[column], 0) / rows.length);
}
