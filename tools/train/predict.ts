import * as tf from "@tensorflow/tfjs";
import type { ConditionedRecord } from "../data/record.ts";
import { leastSamples } from "../graph/crop-rows.ts";
import type { Graph } from "../graph/graph.ts";
import { type FloatModel, INPUT_MILLIVOLTS_PER_COUNT, type Tensor } from "../graph/model.ts";
import { lastStreamNode, tensorShapes } from "../graph/shapes.ts";
import type { TensorShape } from "../graph/tensor-shape.ts";
import { type Part, partsOf } from "./decision-parts.ts";
import { forward, type Weights } from "./layers/layers.ts";

/** Samples of a batch, at most, where a part is no longer: 8 records of 30 s. */
const BATCH_SAMPLES = 120_000;
/**
 * Decisions of a part: 4.4 minutes of a network that decides every 512 ms. The activations over a day would not fit the
 * backend's memory, and the matrix that averages columns into decisions grows with the square of the length.
 */
const PART_DECISIONS = 512;

/** All that a network needs of a record. */
type UndecidedRecord = Pick<ConditionedRecord, "name" | "samples">;

/** A record's decisions and what they come to. */
export interface RecordLogits {
  readonly name: string;
  /** [decisions][classes] */
  readonly decisions: readonly Float32Array[];
  /** Mean over the decisions: the record's logits. */
  readonly mean: Float32Array;
}

/**
 * The one window protocol, the engine's own: a streaming network runs once over the whole record and decides
 * over its last `window` columns every `hop` columns from the warm-up on (10.24 s every 512 ms from 2 s on for
 * resnet1d-edge: early decisions see less); a one-window network runs on every full window by itself. A record too short
 * for one decision is padded at its end with zeros. A record's logits are the mean over its decisions.
 */
export function predict(model: FloatModel, records: readonly UndecidedRecord[]): RecordLogits[] {
  return predictWith(model.graph, model.weights, records);
}

/** As `predict`, from weights that are still being trained. Needs a selected backend. */
export function predictWith(
  graph: Graph,
  weights: ReadonlyMap<string, Tensor>,
  records: readonly UndecidedRecord[],
  partDecisions = PART_DECISIONS,
): RecordLogits[] {
  const tensors = new Map([...weights].map(([key, { shape, data }]) => [key, tf.tensor(data, [...shape])]));
  try {
    const pieces = records.map(({ samples }) =>
      [...partsOf(graph, samples.length, partDecisions)].map((part) => ({ part, samples })),
    );
    const decided = decide(graph, tensors, pieces.flat());
    return records.map(({ name }, index) => {
      const decisions = pieces[index].flatMap((piece) => decided.get(piece) as Float32Array[]);
      return { name, decisions, mean: meanOf(decisions) };
    });
  } finally {
    for (const tensor of tensors.values()) tensor.dispose();
  }
}

interface Piece {
  /** The samples of the whole record. */
  readonly samples: Int16Array;
  readonly part: Part;
}

/** The decisions of every piece that are its own. */
function decide(graph: Graph, tensors: Weights, pieces: readonly Piece[]): Map<Piece, Float32Array[]> {
  const decided = new Map<Piece, Float32Array[]>();
  const least = leastDecided(graph);
  for (const batch of batchesOfEqualLength(pieces, least)) {
    const logits = tf.tidy(() => forward(graph, tensors, signalsOf(batch, least), null).dataSync() as Float32Array);
    const size = logits.length / batch.length;
    batch.forEach((piece, index) => {
      const rows = rowsOf(logits.subarray(index * size, (index + 1) * size), graph.classes.length);
      const { skipped, kept } = piece.part;
      decided.set(piece, rows.slice(skipped, skipped + kept));
    });
  }
  return decided;
}

/** Samples that give one decision at least: a column's stride, or more of a network without padding. */
function leastDecided(graph: Graph): number {
  const { strideSamples } = tensorShapes(graph).get(lastStreamNode(graph)) as TensorShape;
  return graph.windowSamples ?? Math.max(strideSamples, leastSamples(graph));
}

/** The pieces in batches of one length each, which seven tenths of CinC 2017's share: about a third less time than one by one. */
function batchesOfEqualLength(pieces: readonly Piece[], least: number): Piece[][] {
  const byLength = new Map<number, Piece[]>();
  for (const piece of pieces) {
    const length = Math.max(piece.part.end - piece.part.start, least);
    const equals = byLength.get(length);
    if (equals) equals.push(piece);
    else byLength.set(length, [piece]);
  }
  return [...byLength].flatMap(([length, equals]) => {
    const size = Math.max(1, Math.floor(BATCH_SAMPLES / length));
    return Array.from({ length: Math.ceil(equals.length / size) }, (_, i) => equals.slice(i * size, (i + 1) * size));
  });
}

/** [batch][samples][1] in millivolts, padded to `least` samples. */
function signalsOf(batch: readonly Piece[], least: number): tf.Tensor3D {
  const [{ part }] = batch;
  const length = Math.max(part.end - part.start, least);
  const signals = new Float32Array(batch.length * length);
  batch.forEach(({ samples, part: { start, end } }, row) => {
    for (let i = start; i < end; i++) signals[row * length + i - start] = samples[i] * INPUT_MILLIVOLTS_PER_COUNT;
  });
  return tf.tensor3d(signals, [batch.length, length, 1]);
}

function rowsOf(values: Float32Array, columns: number): Float32Array[] {
  return Array.from({ length: values.length / columns }, (_, row) => values.slice(row * columns, (row + 1) * columns));
}

function meanOf(rows: readonly Float32Array[]): Float32Array {
  return rows[0].map((_, column) => rows.reduce((sum, row) => sum + row[column], 0) / rows.length);
}
