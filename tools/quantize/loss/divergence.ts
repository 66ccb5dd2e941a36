/** Computes KL(softmax(reference) || softmax(other)) in nats, >= 0. */
export function divergence(reference: Float64Array, other: Float64Array): number {
  const p = logSoftmax(reference);
  const q = logSoftmax(other);
  // Rounding can leave a sum of next to nothing below zero.
  return Math.max(
    0,
    p.reduce((sum, logP, index) => sum + Math.exp(logP) * (logP - q[index]), 0),
  );
}

function logSoftmax(logits: Float64Array): Float64Array {
  const largest = Math.max(...logits);
  const logSum = Math.log(logits.reduce((sum, logit) => sum + Math.exp(logit - largest), 0));
  return logits.map((logit) => logit - largest - logSum);
}
