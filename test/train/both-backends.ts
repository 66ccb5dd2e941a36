import * as tf from "@tensorflow/tfjs";
import type fc from "fast-check";
import { expect } from "vitest";

/** Error of a float32 sum of a few thousand products, relative to the largest element. */
const TOLERANCE = 1e-4;

export type Generated<A> = A extends fc.Arbitrary<infer T> ? T : never;

/** The same values on every backend: a fixed sequence of fractions in [-1, 1). */
export function noise(shape: readonly number[], seed: number): tf.Tensor {
  const size = shape.reduce((product, extent) => product * extent, 1);
  return tf.tensor(
    Float32Array.from({ length: size }, (_, i) => 2 * (((i + seed) * 0.6180339887) % 1) - 1),
    [...shape],
  );
}

/** @param tolerance of the largest difference, relative to the largest element or to 1 */
export async function expectSame(run: () => tf.Tensor[], tolerance = TOLERANCE): Promise<void> {
  const results: { shape: number[]; data: Float32Array }[][] = [];
  for (const backend of ["cpu", "wasm"]) {
    await tf.setBackend(backend);
    tf.engine().startScope();
    results.push(run().map((tensor) => ({ shape: tensor.shape, data: tensor.dataSync() as Float32Array })));
    tf.engine().endScope();
  }
  const [expected, found] = results;
  expected.forEach(({ shape, data }, index) => {
    expect(found[index].shape).toEqual(shape);
    const scale = data.reduce((largest, value) => Math.max(largest, Math.abs(value)), 1);
    const error = data.reduce((largest, value, i) => Math.max(largest, Math.abs(value - found[index].data[i])), 0);
    expect(error / scale).toBeLessThan(tolerance);
  });
}
