import * as tf from "@tensorflow/tfjs";
import { decisionSpans, type RowSpan } from "../../graph/decision-spans.ts";
import type { WindowNode } from "../../graph/graph.ts";

/** Sequences that run at once, at most: 64 of hubert-tiny take 0.19 GB of the backend's memory at their peak. */
const SEQUENCES_AT_ONCE = 64;

/**
 * Runs the nodes behind a window node on every sequence of a stream.
 * @param stream [batch][rows][channels]
 * @param behind from [sequences][rows][channels] to [sequences][1][classes]
 * @returns [batch][decisions][classes]
 */
export function cutSequences(
  window: WindowNode,
  stream: tf.Tensor3D,
  behind: (rows: tf.Tensor3D) => tf.Tensor3D,
): tf.Tensor3D {
  const [batch, rows, channels] = stream.shape;
  const atOnce = Math.max(1, Math.floor(SEQUENCES_AT_ONCE / batch));
  const answers = spansOfEqualLength(decisionSpans(window, rows), atOnce).map((spans) =>
    tf.tidy(() => {
      const { start, end } = spans[0];
      const cuts = spans.map((span) => stream.slice([0, span.start, 0], [batch, end - start, channels]));
      const answer = behind(tf.stack(cuts, 1).reshape([batch * spans.length, end - start, channels]));
      return answer.reshape([batch, spans.length, answer.shape[2]]) as tf.Tensor3D;
    }),
  );
  return tf.concat(answers, 1);
}

/** In their order, so many at most: the first sequences of a record are shorter than the others. */
function spansOfEqualLength(spans: readonly RowSpan[], atOnce: number): RowSpan[][] {
  const groups: RowSpan[][] = [];
  for (const span of spans) {
    const last = groups.at(-1);
    const isEqual = last && last[0].end - last[0].start === span.end - span.start;
    if (isEqual && last.length < atOnce) last.push(span);
    else groups.push([span]);
  }
  return groups;
}
