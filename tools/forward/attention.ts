import type { Rows } from "./rows.ts";

/** Computes softmax(q k^T / sqrt(size)) v over the rows, head h on channels h * size to (h + 1) * size. */
export function attention(query: Rows, key: Rows, value: Rows, heads: number): Rows {
  const { rows, channels } = query;
  const size = channels / heads;
  const data = new Float32Array(rows * channels);
  const scores = new Float64Array(rows);
  for (let head = 0; head < heads; head++) {
    for (let row = 0; row < rows; row++) {
      const at = row * channels + head * size;
      for (let other = 0; other < rows; other++) {
        const keyAt = other * channels + head * size;
        let dot = 0;
        for (let i = 0; i < size; i++) dot += query.data[at + i] * key.data[keyAt + i];
        scores[other] = dot / Math.sqrt(size);
      }
      const largest = scores.reduce((most, score) => Math.max(most, score), Number.NEGATIVE_INFINITY);
      let total = 0;
      for (let other = 0; other < rows; other++) total += scores[other] = Math.exp(scores[other] - largest);
      for (let other = 0; other < rows; other++) {
        const share = scores[other] / total;
        const valueAt = other * channels + head * size;
        for (let i = 0; i < size; i++) data[at + i] += share * value.data[valueAt + i];
      }
    }
  }
  return { rows, channels, data };
}
