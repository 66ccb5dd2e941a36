import * as tf from "@tensorflow/tfjs";
import { SeededRandom } from "../../random/random.ts";

/** A pre-norm transformer encoder of HuBERT's kind (Hsu et al. 2021) on embedded tokens, small enough for a laptop. */
const WIDTH = 128;
const LAYERS = 4;
const HEADS = 4;
const TOKENS = 64;
const HIDDEN = 4 * WIDTH;
export const TRANSFORMER_BATCH = 16;

const SHAPES: readonly (readonly [number, number])[] = [
  [WIDTH, 3 * WIDTH],
  [WIDTH, WIDTH],
  [WIDTH, HIDDEN],
  [HIDDEN, WIDTH],
];

/** Multiply-accumulates of a sample: the products with weights, and the scores and sums of attention. */
export const TRANSFORMER_MACS =
  LAYERS * TOKENS * (SHAPES.reduce((sum, [rows, columns]) => sum + rows * columns, 0) + 2 * TOKENS * WIDTH);

/** Returns a training step on random tokens: the loss (mean square of the output) and all gradients, read back. */
export function transformerStep(): () => void {
  const random = new SeededRandom(1);
  const normals = (size: number, scale: number) => Float32Array.from({ length: size }, () => scale * random.normal());
  const tokens = normals(TRANSFORMER_BATCH * TOKENS * WIDTH, 1);
  const weights = Array.from({ length: LAYERS }, () => SHAPES).flatMap((shapes) =>
    shapes.map(([rows, columns]) => ({ shape: [rows, columns] as const, data: normals(rows * columns, rows ** -0.5) })),
  );
  return () =>
    tf.tidy(() => {
      const x = tf.tensor2d(tokens, [TRANSFORMER_BATCH * TOKENS, WIDTH]);
      const loss = (...tensors: tf.Tensor[]) => tf.mean(tf.square(encode(x, tensors as tf.Tensor2D[]))) as tf.Scalar;
      const tensors = weights.map(({ shape, data }) => tf.tensor2d(data, [...shape]));
      const { value, grads } = tf.valueAndGrads(loss)(tensors);
      for (const tensor of [value, ...grads]) tensor.dataSync();
    });
}

/** Encodes the tokens of all samples, [batch * tokens][width]. */
function encode(x: tf.Tensor2D, weights: readonly tf.Tensor2D[]): tf.Tensor2D {
  let hidden = x;
  for (let layer = 0; layer < LAYERS; layer++) {
    const [toHeads, fromHeads, up, down] = weights.slice(layer * SHAPES.length);
    hidden = tf.add(hidden, tf.matMul(attend(tf.matMul(normalise(hidden), toHeads)), fromHeads));
    hidden = tf.add(hidden, tf.matMul(gelu(tf.matMul(normalise(hidden), up)), down));
  }
  return hidden;
}

/** Attends, from queries, keys and values side by side: [batch * tokens][3 * width] -> [batch * tokens][width]. */
function attend(mixed: tf.Tensor2D): tf.Tensor2D {
  const size = WIDTH / HEADS;
  const heads = mixed.reshape([TRANSFORMER_BATCH, TOKENS, 3 * HEADS, size]).transpose([0, 2, 1, 3]);
  const part = (index: number) =>
    heads
      .slice([0, index * HEADS, 0, 0], [TRANSFORMER_BATCH, HEADS, TOKENS, size])
      .reshape([TRANSFORMER_BATCH * HEADS, TOKENS, size]);
  const shares = tf.softmax(tf.mul(tf.matMul(part(0), part(1), false, true), size ** -0.5));
  return tf
    .matMul(shares, part(2))
    .reshape([TRANSFORMER_BATCH, HEADS, TOKENS, size])
    .transpose([0, 2, 1, 3])
    .reshape([TRANSFORMER_BATCH * TOKENS, WIDTH]);
}

function normalise(x: tf.Tensor2D): tf.Tensor2D {
  const { mean, variance } = tf.moments(x, 1, true);
  return tf.mul(tf.sub(x, mean), tf.rsqrt(tf.add(variance, 1e-5)));
}

/** Computes gelu as x * sigmoid(1.702 x) (Hendrycks and Gimpel 2016), since the backends are slow at erf. */
function gelu(x: tf.Tensor2D): tf.Tensor2D {
  return tf.mul(x, tf.sigmoid(tf.mul(x, 1.702)));
}
