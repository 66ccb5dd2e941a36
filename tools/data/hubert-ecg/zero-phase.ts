/** A filter of a whole signal that begins as if its first sample had always been there. */
export type Filter = (x: Float64Array) => Float64Array;

/**
 * Filters forward and backward, so that no frequency is delayed, over the signal and `edge` samples at both ends. Those
 * are the signal turned about its end points, as in scipy's filtfilt and sosfiltfilt. Throws RangeError on a signal of
 * `edge` samples or fewer.
 */
export function zeroPhase(x: Float64Array, edge: number, filter: Filter): Float64Array {
  if (x.length <= edge) throw new RangeError(`${x.length} samples are too few for a filter that needs ${edge + 1}`);
  const forward = filter(turnedAtEnds(x, edge));
  return filter(forward.reverse())
    .reverse()
    .subarray(edge, edge + x.length);
}

function turnedAtEnds(x: Float64Array, edge: number): Float64Array {
  const last = x.length - 1;
  const extended = new Float64Array(x.length + 2 * edge);
  extended.set(x, edge);
  for (let i = 1; i <= edge; i++) {
    extended[edge - i] = 2 * x[0] - x[i];
    extended[edge + last + i] = 2 * x[last] - x[last - i];
  }
  return extended;
}
