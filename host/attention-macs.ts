import type { ModelFile, ModelLayer } from "./model-file.ts";

/**
 * Multiply-accumulates of an attention layer that has made `rows` rows in `decisions` sequences: every row of a sequence meets
 * each of its rows twice, as key and as value.
 */
export function attentionMacs(model: ModelFile, layer: ModelLayer, rows: number, decisions: number): number {
  if (decisions === 0) return 0;
  const window = model.windowSamples === 0 ? model.layers.find(({ op }) => op === "window") : undefined;
  // Windows that are cut from the record are all of one length.
  const squares = window ? sequenceSquares(window, rows, decisions) : (rows / decisions) * rows;
  return 2 * squares * layer.outChannels;
}

/**
 * Sum of the squared lengths of sequences that have `rows` rows in all. Each has a hop more than the one before, up to the
 * window; how many rows the first had, where counting began within a record, their sum tells.
 */
function sequenceSquares({ kernel, stride }: ModelLayer, rows: number, decisions: number): number {
  const growing = (first: number) => Math.min(decisions, Math.ceil((kernel - first) / stride));
  for (let first = 1; first <= kernel; first++) {
    const lengths = Array.from({ length: growing(first) }, (_, index) => first + index * stride);
    const full = decisions - lengths.length;
    const sum = lengths.reduce((total, length) => total + length, full * kernel);
    if (sum === rows) return lengths.reduce((total, length) => total + length * length, full * kernel * kernel);
  }
  throw new RangeError(
    `${rows} rows are no ${decisions} sequences of a window of ${kernel} rows and a hop of ${stride}`,
  );
}
