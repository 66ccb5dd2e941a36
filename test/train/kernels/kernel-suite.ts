import * as tf from "@tensorflow/tfjs";
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { type BackendName, selectBackend } from "../../../tools/train/backends.ts";
import { batchNorm } from "../../../tools/train/layers/batch-norm.ts";
import { gelu } from "../../../tools/train/layers/gelu.ts";
import { groupNorm, layerNorm } from "../../../tools/train/layers/norms.ts";
import { draws } from "../../properties/draws.ts";
import { expectSame, type Generated, noise } from "../both-backends.ts";
import {
  convCases,
  convolution,
  depthwiseCases,
  depthwiseConvolution,
  groupedConvolution,
} from "../layers/conv-cases.ts";
import { attending, attentionCases, attentionTolerance, norm, normCases, sizes } from "../layers/transformer-cases.ts";

/** Holds the kernels of a wasm backend, forward and gradient, against the pure-JavaScript `cpu` backend. */
export function describeKernels(name: BackendName): void {
  describe(`kernels of ${name} against the cpu backend`, () => {
    beforeAll(async () => {
      expect((await selectBackend([name])).name).toBe(name);
    });

    it("convolves along one axis, with both gradients", async () => {
      await fc.assert(
        fc.asyncProperty(convCases, async (shape) => {
          await expectSame(() => convolution(shape));
        }),
        { numRuns: draws(60) },
      );
    });

    it("convolves each channel by itself, with both gradients", async () => {
      await fc.assert(
        fc.asyncProperty(depthwiseCases, async (shape) => {
          await expectSame(() => depthwiseConvolution(shape));
        }),
        { numRuns: draws(60) },
      );
    });

    it("multiplies matrices in batches, transposed or not, with both gradients", async () => {
      await fc.assert(
        fc.asyncProperty(matMulCases, async (shape) => {
          await expectSame(() => product(shape));
        }),
        { numRuns: draws(60) },
      );
    });

    it("sums over any axes", async () => {
      await fc.assert(
        fc.asyncProperty(sumCases, async ({ shape, axes, keepDims }) => {
          await expectSame(() => [tf.sum(noise(shape, 1), axes, keepDims)]);
        }),
        { numRuns: draws(60) },
      );
    });

    it("normalises batches, with any bounds, and all gradients", async () => {
      await fc.assert(
        fc.asyncProperty(batchNormCases, async (shape) => {
          await expectSame(() => normalisation(shape));
        }),
        { numRuns: draws(60) },
      );
    });

    it("convolves groups of channels, with both gradients", async () => {
      await fc.assert(
        fc.asyncProperty(convCases, fc.integer({ min: 1, max: 4 }), async (shape, groups) => {
          await expectSame(() => groupedConvolution(shape, groups));
        }),
        { numRuns: draws(30) },
      );
    });

    it("has gelu and its gradient, far from zero too", async () => {
      await fc.assert(
        fc.asyncProperty(sizes, fc.integer({ min: 1, max: 40 }), async (size, scale) => {
          await expectSame(() => {
            const x = noise([size], 1).mul(scale);
            return [gelu(x), tf.grad(gelu)(x, noise([size], 2))];
          });
        }),
        { numRuns: draws(60) },
      );
    });

    it("normalises rows over their channels and channels over their rows, with all gradients", async () => {
      await fc.assert(
        fc.asyncProperty(normCases, async (shape) => {
          await expectSame(() => [...norm(layerNorm, shape), ...norm(groupNorm, shape)]);
        }),
        { numRuns: draws(60) },
      );
    });

    it("attends, with all gradients", async () => {
      await fc.assert(
        fc.asyncProperty(attentionCases, async (shape) => {
          await expectSame(() => attending(shape), attentionTolerance(shape));
        }),
        // Logits of several hundred: the rounding of one of them moves the key's gradient by 1.1e-4.
        { numRuns: draws(40), examples: [[{ batch: 2, rows: 19, heads: 3, size: 7, scale: 19 }]] },
      );
    });

    it("leaves no tensor behind", async () => {
      await tf.setBackend("wasm");
      const backend = tf.backend() as unknown as { numDataIds(): number };
      const run = () =>
        tf.tidy(() => {
          const shape = { batch: 3, rows: 31, cin: 5, cout: 7, kernel: 4, stride: 2, left: 3, right: 1 };
          convolution(shape);
          depthwiseConvolution({ ...shape, dilation: 1 });
          normalisation({ rows: 70, channels: 6, bounds: [0, 0.8], offset: 1 });
          groupedConvolution(shape, 2);
          norm(layerNorm, { batch: 2, rows: 5, channels: 7, offset: 1 });
          norm(groupNorm, { batch: 2, rows: 5, channels: 7, offset: 1 });
          attending({ batch: 2, rows: 5, heads: 2, size: 3, scale: 1 });
          tf.grad(gelu)(noise([13], 1));
        });
      run();
      const [tensors, dataIds] = [tf.memory().numTensors, backend.numDataIds()];
      run();
      expect([tf.memory().numTensors, backend.numDataIds()]).toEqual([tensors, dataIds]);
    });
  });
}

/** None, a relu, a relu that is clipped, a clip. */
const BOUNDS = [
  [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY],
  [0, Number.POSITIVE_INFINITY],
  [0, 0.8],
  [-0.7, 0.7],
] as const;

const batchNormCases = fc.record({
  rows: fc.integer({ min: 2, max: 300 }),
  channels: fc.integer({ min: 1, max: 19 }),
  bounds: fc.constantFrom(...BOUNDS),
  offset: fc.integer({ min: -20, max: 20 }),
});

function normalisation({ rows, channels, bounds, offset }: Generated<typeof batchNormCases>): tf.Tensor[] {
  const inputs = [noise([2, rows, channels], 1).add(offset), noise([channels], 2), noise([channels], 3)];
  const normalise = (x: tf.Tensor, gamma: tf.Tensor, beta: tf.Tensor) =>
    batchNorm(x, gamma as tf.Tensor1D, beta as tf.Tensor1D, bounds, () => {});
  const [x, gamma, beta] = inputs;
  return [normalise(x, gamma, beta), ...tf.grads(normalise)(inputs, noise(x.shape, 4))];
}

const matMulCases = fc.record({
  batchA: fc.integer({ min: 1, max: 4 }),
  shareB: fc.boolean(),
  m: fc.integer({ min: 1, max: 20 }),
  k: fc.integer({ min: 1, max: 20 }),
  n: fc.integer({ min: 1, max: 20 }),
  transposeA: fc.boolean(),
  transposeB: fc.boolean(),
});

function product({ batchA, shareB, m, k, n, transposeA, transposeB }: Generated<typeof matMulCases>): tf.Tensor[] {
  const a = noise([batchA, ...(transposeA ? [k, m] : [m, k])], 1);
  const b = noise([shareB ? 1 : batchA, ...(transposeB ? [n, k] : [k, n])], 2);
  const multiply = (left: tf.Tensor, right: tf.Tensor) => tf.matMul(left, right, transposeA, transposeB);
  const y = multiply(a, b);
  // tfjs has no gradient for a shared operand: it does not sum over the batch.
  const isShared = shareB && batchA > 1;
  return isShared ? [y] : [y, ...tf.grads(multiply)([a, b], noise(y.shape, 3))];
}

const sumCases = fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 4 }).chain((shape) =>
  fc.record({
    shape: fc.constant(shape),
    axes: fc.subarray(
      shape.map((_, axis) => axis),
      { minLength: 1 },
    ),
    keepDims: fc.boolean(),
  }),
);
