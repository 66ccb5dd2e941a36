import * as tf from "@tensorflow/tfjs";

/** The layers that pretraining puts on an encoder, and that fine-tuning drops. */
export interface PretrainingHead {
  /** [width][projected] */
  readonly projection: tf.Tensor2D;
  /** [projected] */
  readonly bias: tf.Tensor1D;
  /** A vector for each cluster, [clusters][projected]. */
  readonly labels: tf.Tensor2D;
}

/** Cosines are divided by it: between -1 and 1 they could not make a confident softmax. */
const TEMPERATURE = 0.1;
/** Keeps the length of a vector of zeros from dividing by 0. */
const LEAST_LENGTH2 = 1e-12;

/**
 * For every token its cosine with every cluster's vector, over 0.1 (HuBERT, Hsu et al. 2021, eq. 3).
 * @param hidden [tokens][width]
 * @returns [tokens][clusters]
 */
export function clusterLogits(hidden: tf.Tensor2D, { projection, bias, labels }: PretrainingHead): tf.Tensor2D {
  const projected = unitRows(tf.add(tf.matMul(hidden, projection), bias));
  return tf.div(tf.matMul(projected, unitRows(labels), false, true), TEMPERATURE);
}

/**
 * The paper's eq. 2: the mean over masked tokens of -log p(cluster | hidden state). Other tokens add nothing.
 * @param logits [tokens][clusters]
 * @param clusters of each token
 * @param mask 1 where a token is masked; at least one is
 */
export function maskedLoss(logits: tf.Tensor2D, clusters: Int32Array, mask: Uint8Array): tf.Scalar {
  const [tokens, count] = logits.shape;
  const targets = new Float32Array(tokens * count);
  let masked = 0;
  for (let token = 0; token < tokens; token++) {
    if (mask[token] === 0) continue;
    targets[token * count + clusters[token]] = 1;
    masked++;
  }
  const likelihoods = tf.mul(tf.logSoftmax(logits), tf.tensor2d(targets, [tokens, count]));
  return tf.neg(tf.div(tf.sum(likelihoods), masked)) as tf.Scalar;
}

function unitRows(rows: tf.Tensor): tf.Tensor2D {
  const length2 = tf.sum(tf.square(rows), 1, true);
  return tf.div(rows, tf.sqrt(tf.add(length2, LEAST_LENGTH2)));
}
