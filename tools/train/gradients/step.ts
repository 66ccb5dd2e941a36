import * as tf from "@tensorflow/tfjs";
import type { Tensor } from "../../graph/model.ts";
import type { SeededRandom } from "../../random/random.ts";
import { softTargets, type Targets } from "../batches/targets.ts";
import { isFrozen } from "../freeze.ts";
import { isTrained } from "../initialise.ts";
import type { Moments } from "../layers/batch-norm.ts";
import { forward, type TrainingMode } from "../layers/layers.ts";
import { askOnCrops, blockLoss, sharedBlocks } from "../teachers/crop-teacher.ts";
import { lossOf } from "./loss.ts";
import type { Objective } from "./objective.ts";

/** Share of a batch's moments in the running statistics. */
const MOMENTUM = 0.1;

export interface Batch {
  readonly size: number;
  /** [size][samples] in millivolts */
  readonly signals: Float32Array;
  readonly targets: Targets;
}

export type Weights = ReadonlyMap<string, Tensor>;

export interface Gradients {
  readonly loss: number;
  readonly gradients: ReadonlyMap<string, Float32Array>;
  readonly moments: ReadonlyMap<string, Moments>;
}

/** Computes a batch's loss (see `lossOf`) and its gradient for every tensor that is trained. Needs a selected backend. */
export function gradientsOf(objective: Objective, weights: Weights, batch: Batch, random: SeededRandom): Gradients {
  const { graph, frozen } = objective;
  const keys = [...weights.keys()].filter((key) => isTrained(key, frozen));
  const fixed = [...weights.keys()].filter((key) => isFrozen(key, frozen));
  const moments = new Map<string, Moments>();
  const seen = new Map<string, tf.Tensor3D>();
  const training: TrainingMode = {
    frozen,
    onRows: (node, rows) => seen.set(node, rows),
    onMoments: (node, batchMoments) => moments.set(node, batchMoments),
    dropoutMask: ([rows, features], rate) => tf.tensor2d(dropoutMask(rows * features, rate, random), [rows, features]),
  };
  // Plain numbers and arrays leave the tidy; tensors do not.
  let loss = Number.NaN;
  let gradients: ReadonlyMap<string, Float32Array> = new Map();
  tf.tidy(() => {
    const x = tf.tensor3d(batch.signals, [batch.size, batch.signals.length / batch.size, 1]);
    const tensorOf = (key: string) => {
      const { shape, data } = weights.get(key) as Tensor;
      return tf.tensor(data, [...shape]);
    };
    const lossBeside = lossFunction(objective, batch.targets, x);
    const constants = fixed.map((key) => [key, tensorOf(key)] as const);
    const batchLoss = (...tensors: tf.Tensor[]) => {
      const moving = keys.map((key, index) => [key, tensors[index]] as const);
      const logits = forward(graph, new Map([...constants, ...moving]), x, training);
      return lossBeside(logits, seen);
    };
    const tensors = keys.map(tensorOf);
    const { value, grads } = tf.valueAndGrads(batchLoss)(tensors);
    gradients = new Map(keys.map((key, index) => [key, grads[index].dataSync() as Float32Array]));
    loss = value.dataSync()[0];
  });
  return { loss, gradients, moments };
}

type LossFunction = (logits: tf.Tensor2D, rows: ReadonlyMap<string, tf.Tensor3D>) => tf.Scalar;

/** Makes the function from a batch's logits, and every node's rows, to the loss. */
function lossFunction({ graph, distillation, cropTeacher }: Objective, targets: Targets, x: tf.Tensor3D): LossFunction {
  if (!cropTeacher) return (logits) => lossOf(logits, targets, distillation);
  const { temperature, blocks: blockWeight = 0 } = distillation;
  const answer = askOnCrops(cropTeacher, x);
  const soft = softTargets(answer.logits.arraySync(), temperature);
  const blocks = blockWeight > 0 ? sharedBlocks(graph, cropTeacher.graph) : [];
  return (logits, rows) =>
    tf.add(
      lossOf(logits, { ...targets, soft }, distillation),
      tf.mul(blockWeight, blockLoss(blocks, rows, answer.rows)),
    );
}

/** Moves the running mean and variance of every batch norm towards the batch's. */
export function updateMoments(weights: Weights, moments: ReadonlyMap<string, Moments>): void {
  for (const [node, { mean, variance }] of moments) {
    blend((weights.get(`${node}.mean`) as Tensor).data, mean);
    blend((weights.get(`${node}.variance`) as Tensor).data, variance);
  }
}

function blend(running: Float32Array, batch: Float32Array): void {
  for (let i = 0; i < running.length; i++) running[i] += MOMENTUM * (batch[i] - running[i]);
}

function dropoutMask(size: number, rate: number, random: SeededRandom): Float32Array {
  return Float32Array.from({ length: size }, () => (random.next() < rate ? 0 : 1 / (1 - rate)));
}
