import * as tf from "@tensorflow/tfjs";
import { isConv } from "../graph/graph.ts";
import type { FloatModel } from "../graph/model.ts";
import { forward, type TrainingMode } from "./layers.ts";

/**
 * A network's logits of crops as training cuts and changes them, a crop one decision, batch norm and dropout as in inference. A
 * teacher who is shown what the student sees teaches its own function (Beyer et al. 2022), not what it says of another signal.
 * Needs a selected backend.
 * @param signals [size][samples] in millivolts
 * @returns [size][classes]
 */
export function cropLogits({ graph, weights }: FloatModel, signals: Float32Array, size: number): Float32Array[] {
  const mode: TrainingMode = {
    frozen: new Set(graph.nodes.filter(isConv).map(({ name }) => name)),
    onMoments: () => undefined,
    dropoutMask: (shape) => tf.ones([...shape]),
  };
  const logits = tf.tidy(() => {
    const tensors = new Map([...weights].map(([key, { shape, data }]) => [key, tf.tensor(data, [...shape])]));
    return forward(graph, tensors, tf.tensor3d(signals, [size, signals.length / size, 1]), mode).dataSync();
  });
  const classes = logits.length / size;
  return Array.from({ length: size }, (_, row) => logits.slice(row * classes, (row + 1) * classes) as Float32Array);
}
