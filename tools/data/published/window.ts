/**
 * Fits a conditioned record to one window: the first `length` samples, or all of them and then zeros, as
 * the paper does with 5,120 samples.
 *
 * @throws RangeError unless length is a positive integer
 */
export function fitWindow(samples: Int16Array, length: number): Int16Array {
  if (!Number.isInteger(length) || length < 1) throw new RangeError(`length is ${length}, expected a positive integer`);
  const window = new Int16Array(length);
  window.set(samples.subarray(0, length));
  return window;
}
