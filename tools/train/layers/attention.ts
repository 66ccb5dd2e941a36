import * as tf from "@tensorflow/tfjs";

/**
 * softmax(q k^T / sqrt(size)) v within each batch item, head h on channels h * size to (h + 1) * size.
 * @param query [batch][rows][channels], as key and value
 */
export function attention(query: tf.Tensor3D, key: tf.Tensor3D, value: tf.Tensor3D, heads: number): tf.Tensor3D {
  const [batch, rows, channels] = query.shape;
  const size = channels / heads;
  const [q, k, v] = [query, key, value].map(
    (x) =>
      x
        .reshape([batch, rows, heads, size])
        .transpose([0, 2, 1, 3])
        .reshape([batch * heads, rows, size]) as tf.Tensor3D,
  );
  const shares = tf.softmax(tf.matMul(tf.mul(q, size ** -0.5) as tf.Tensor3D, k, false, true));
  return tf
    .matMul(shares, v)
    .reshape([batch, heads, rows, size])
    .transpose([0, 2, 1, 3])
    .reshape([batch, rows, channels]);
}
