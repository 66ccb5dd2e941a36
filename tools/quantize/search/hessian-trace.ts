import type { SeededRandom } from "../../random/random.ts";

/** Tensors by name. */
export type Point = ReadonlyMap<string, Float32Array>;

/** The gradient of one smooth loss, tensor by tensor. */
export type GradientAt = (point: Point) => Promise<Point>;

/** Step as a share of a tensor's root mean square: large enough for gradients in 32 bits, small enough for a parabola. */
const STEP = 1e-2;

/**
 * Estimates the trace of each tensor's own block of the Hessian (Hutchinson 1990): the mean of v H v over probes v of +1 and -1. All
 * tensors are probed at once, each by a step s of its own size: H v = (g(w + s v) - g(w - s v)) / 2s. Terms of two tensors cancel in the
 * mean. One probe is exact where the Hessian is diagonal.
 * @param at the weights; a tensor of zeros has no size to step by, and its trace is 0
 */
export async function hessianTraces(
  gradientAt: GradientAt,
  at: Point,
  probes: number,
  random: SeededRandom,
): Promise<ReadonlyMap<string, number>> {
  const steps = new Map([...at].map(([name, values]) => [name, STEP * rootMeanSquare(values)]));
  const traces = new Map([...at.keys()].map((name) => [name, 0]));
  for (let probe = 0; probe < probes; probe++) {
    const signs = new Map(
      [...at].map(([name, { length }]) => [name, Float32Array.from({ length }, () => 2 * random.integer(2) - 1)]),
    );
    const moved = (direction: 1 | -1) =>
      new Map(
        [...at].map(([name, values]) => {
          const step = direction * (steps.get(name) as number);
          const sign = signs.get(name) as Float32Array;
          return [name, values.map((value, i) => value + step * sign[i])];
        }),
      );
    const [up, down] = [await gradientAt(moved(1)), await gradientAt(moved(-1))];
    for (const [name, sign] of signs) {
      const step = steps.get(name) as number;
      if (step === 0) continue;
      const [high, low] = [up.get(name) as Float32Array, down.get(name) as Float32Array];
      const product = sign.reduce((sum, value, i) => sum + value * (high[i] - low[i]), 0) / (2 * step);
      traces.set(name, (traces.get(name) as number) + product / probes);
    }
  }
  return traces;
}

function rootMeanSquare(values: Float32Array): number {
  return Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / values.length);
}
