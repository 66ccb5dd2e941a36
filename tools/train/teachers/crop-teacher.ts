import * as tf from "@tensorflow/tfjs";
import { type Graph, isConv } from "../../graph/graph.ts";
import type { FloatModel } from "../../graph/model.ts";
import { tensorShapes } from "../../graph/shapes.ts";
import type { TensorShape } from "../../graph/tensor-shape.ts";
import { forward, type TrainingMode } from "../layers/layers.ts";

/** The rows that a network makes of a batch of crops. */
export interface CropAnswer {
  /** [size][classes] */
  readonly logits: tf.Tensor2D;
  /** The rows of every node, [size][rows][channels]. */
  readonly rows: ReadonlyMap<string, tf.Tensor3D>;
}

/**
 * Asks a network about crops as training cuts and changes them, a crop one decision, batch norm and dropout as in inference. A
 * teacher who is shown what the student sees teaches its own function (Beyer et al. 2022), not what it says of another
 * signal.
 * @param x [size][samples][1] in millivolts
 */
export function askOnCrops({ graph, weights }: FloatModel, x: tf.Tensor3D): CropAnswer {
  const rows = new Map<string, tf.Tensor3D>();
  const mode: TrainingMode = {
    frozen: new Set(graph.nodes.filter(isConv).map(({ name }) => name)),
    onMoments: () => undefined,
    onRows: (node, tensor) => rows.set(node, tensor),
    dropoutMask: (shape) => tf.ones([...shape]),
  };
  const tensors = new Map([...weights].map(([key, { shape, data }]) => [key, tf.tensor(data, [...shape])]));
  return { logits: forward(graph, tensors, x, mode), rows };
}

/** The ends of the blocks that two networks have in common: sums of the same name, rate and channels. */
export function sharedBlocks(a: Graph, b: Graph): readonly string[] {
  const [shapes, others] = [tensorShapes(a), tensorShapes(b)];
  const isSame = (one: TensorShape, other?: TensorShape) =>
    one.channels === other?.channels && one.strideSamples === other.strideSamples;
  return a.nodes
    .filter(({ op, name }) => op === "add" && isSame(shapes.get(name) as TensorShape, others.get(name)))
    .map(({ name }) => name);
}

/**
 * How far a network is from its teacher at the ends of blocks (Romero et al. 2015): the mean over the blocks of
 * sum((rows - teacher's)^2) / sum(teacher's^2); 0 without blocks.
 */
export function blockLoss(
  blocks: readonly string[],
  found: ReadonlyMap<string, tf.Tensor3D>,
  wanted: ReadonlyMap<string, tf.Tensor3D>,
): tf.Scalar {
  const losses = blocks.map((name) => {
    const teacher = wanted.get(name) as tf.Tensor3D;
    const distance = tf.sum(tf.squaredDifference(found.get(name) as tf.Tensor3D, teacher));
    return tf.div(distance, tf.sum(tf.square(teacher)));
  });
  return losses.reduce<tf.Scalar>((sum, loss) => tf.add(sum, tf.div(loss, blocks.length)), tf.scalar(0));
}
