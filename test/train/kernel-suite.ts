import * as tf from "@tensorflow/tfjs";
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import type { Conv1dNode, DepthwiseConv1dNode } from "../../tools/graph/graph.ts";
import { attention } from "../../tools/train/attention.ts";
import { type BackendName, selectBackend } from "../../tools/train/backends.ts";
import { batchNorm } from "../../tools/train/batch-norm.ts";
import { conv1d } from "../../tools/train/conv.ts";
import { depthwiseConv1d } from "../../tools/train/depthwise-conv.ts";
import { gelu } from "../../tools/train/gelu.ts";
import { groupNorm, layerNorm } from "../../tools/train/norms.ts";

/** Error of a float32 sum of a few thousand products, relative to the largest element. */
const TOLERANCE = 1e-4;

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
        { numRuns: 60 },
      );
    });

    it("convolves each channel by itself, with both gradients", async () => {
      await fc.assert(
        fc.asyncProperty(depthwiseCases, async (shape) => {
          await expectSame(() => depthwiseConvolution(shape));
        }),
        { numRuns: 60 },
      );
    });

    it("multiplies matrices in batches, transposed or not, with both gradients", async () => {
      await fc.assert(
        fc.asyncProperty(matMulCases, async (shape) => {
          await expectSame(() => product(shape));
        }),
        { numRuns: 60 },
      );
    });

    it("sums over any axes", async () => {
      await fc.assert(
        fc.asyncProperty(sumCases, async ({ shape, axes, keepDims }) => {
          await expectSame(() => [tf.sum(noise(shape, 1), axes, keepDims)]);
        }),
        { numRuns: 60 },
      );
    });

    it("normalises batches, with any bounds, and all gradients", async () => {
      await fc.assert(
        fc.asyncProperty(batchNormCases, async (shape) => {
          await expectSame(() => normalisation(shape));
        }),
        { numRuns: 60 },
      );
    });

    it("convolves groups of channels, with both gradients", async () => {
      await fc.assert(
        fc.asyncProperty(convCases, fc.integer({ min: 1, max: 4 }), async (shape, groups) => {
          await expectSame(() => groupedConvolution(shape, groups));
        }),
        { numRuns: 30 },
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
        { numRuns: 60 },
      );
    });

    it("normalises rows over their channels and channels over their rows, with all gradients", async () => {
      await fc.assert(
        fc.asyncProperty(normCases, async (shape) => {
          await expectSame(() => [...norm(layerNorm, shape), ...norm(groupNorm, shape)]);
        }),
        { numRuns: 60 },
      );
    });

    it("attends, with all gradients", async () => {
      await fc.assert(
        fc.asyncProperty(attentionCases, async (shape) => {
          await expectSame(() => attending(shape));
        }),
        { numRuns: 40 },
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

type Generated<A> = A extends fc.Arbitrary<infer T> ? T : never;

interface ConvCase {
  batch: number;
  rows: number;
  cin: number;
  cout: number;
  kernel: number;
  stride: number;
  left: number;
  right: number;
}

const convCases: fc.Arbitrary<ConvCase> = fc
  .record({
    batch: fc.integer({ min: 1, max: 5 }),
    rows: fc.integer({ min: 1, max: 70 }),
    cin: fc.integer({ min: 1, max: 9 }),
    cout: fc.integer({ min: 1, max: 9 }),
    kernel: fc.integer({ min: 1, max: 15 }),
    stride: fc.integer({ min: 1, max: 4 }),
    left: fc.integer({ min: 0, max: 14 }),
    right: fc.integer({ min: 0, max: 14 }),
  })
  .filter(({ rows, kernel, left, right }) => rows + left + right >= kernel);

function convolution({ batch, rows, cin, cout, kernel, stride, left, right }: ConvCase): tf.Tensor[] {
  const x = noise([batch, 1, rows, cin], 1) as tf.Tensor4D;
  const filter = noise([1, kernel, cin, cout], 2) as tf.Tensor4D;
  const pad: tf.backend_util.ExplicitPadding = [
    [0, 0],
    [0, 0],
    [left, right],
    [0, 0],
  ];
  const conv = (a: tf.Tensor4D, b: tf.Tensor4D) => tf.conv2d(a, b, [1, stride], pad);
  const y = conv(x, filter);
  return [y, ...tf.grads(conv as never)([x, filter], noise(y.shape, 3))];
}

function depthwiseConvolution({ batch, rows, cin, kernel, stride, left, right, dilation }: DepthwiseCase): tf.Tensor[] {
  const x = noise([batch, rows, cin], 1);
  const filter = noise([kernel, cin], 2);
  const node: DepthwiseConv1dNode = {
    op: "depthwiseConv1d",
    name: "conv",
    input: "input",
    kernel,
    // The plain path has no gradient for both at once.
    stride: dilation > 1 ? 1 : stride,
    dilation,
    padLeft: left,
    padRight: right,
    bias: false,
    batchNorm: false,
    activation: "none",
  };
  const conv = (a: tf.Tensor, b: tf.Tensor) => depthwiseConv1d(a as tf.Tensor3D, b as tf.Tensor2D, node);
  const y = conv(x, filter);
  return [y, ...tf.grads(conv)([x, filter], noise(y.shape, 3))];
}

interface DepthwiseCase extends ConvCase {
  dilation: number;
}

const depthwiseCases: fc.Arbitrary<DepthwiseCase> = fc
  .tuple(convCases, fc.integer({ min: 1, max: 3 }))
  .map(([shape, dilation]) => ({ ...shape, dilation }))
  .filter(({ rows, kernel, dilation, left, right }) => rows + left + right > (kernel - 1) * dilation);

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

function groupedConvolution(
  { batch, rows, cin, cout, kernel, stride, left, right }: ConvCase,
  groups: number,
): tf.Tensor[] {
  const node: Conv1dNode = {
    ...{ op: "conv1d", name: "conv", input: "input", outChannels: cout * groups, groups, kernel, stride, dilation: 1 },
    ...{ padLeft: left, padRight: right, bias: false, batchNorm: false, activation: "none" },
  };
  const x = noise([batch, rows, cin * groups], 1);
  const filter = noise([kernel, cin, cout * groups], 2);
  const conv = (a: tf.Tensor, b: tf.Tensor) => conv1d(a as tf.Tensor3D, b as tf.Tensor3D, node);
  const y = conv(x, filter);
  return [y, ...tf.grads(conv)([x, filter], noise(y.shape, 3))];
}

const sizes = fc.integer({ min: 1, max: 300 });

const normCases = fc.record({
  batch: fc.integer({ min: 1, max: 3 }),
  rows: fc.integer({ min: 1, max: 30 }),
  channels: fc.integer({ min: 1, max: 70 }),
  offset: fc.integer({ min: -9, max: 9 }),
});

function norm(of: typeof layerNorm, { batch, rows, channels, offset }: Generated<typeof normCases>): tf.Tensor[] {
  const inputs = [noise([batch, rows, channels], 1).add(offset), noise([channels], 2), noise([channels], 3)];
  const normalise = (x: tf.Tensor, gamma: tf.Tensor, beta: tf.Tensor) =>
    of(x as tf.Tensor3D, gamma as tf.Tensor1D, beta as tf.Tensor1D);
  const [x, gamma, beta] = inputs;
  const outputs = [normalise(x, gamma, beta), ...tf.grads(normalise)(inputs, noise(x.shape, 4))];
  // A lone row or channel is its own mean: what is left is rounding, which the norm makes large.
  return rows > 2 && channels > 2 ? outputs : outputs.filter((_, index) => index === 3);
}

const attentionCases = fc.record({
  batch: fc.integer({ min: 1, max: 3 }),
  rows: fc.integer({ min: 1, max: 25 }),
  heads: fc.integer({ min: 1, max: 4 }),
  size: fc.integer({ min: 1, max: 9 }),
  scale: fc.integer({ min: 1, max: 20 }),
});

function attending({ batch, rows, heads, size, scale }: Generated<typeof attentionCases>): tf.Tensor[] {
  const inputs = [1, 2, 3].map((seed) => noise([batch, rows, heads * size], seed).mul(scale));
  const attend = (...[q, k, v]: tf.Tensor[]) => attention(q as tf.Tensor3D, k as tf.Tensor3D, v as tf.Tensor3D, heads);
  return [attend(...inputs), ...tf.grads(attend)(inputs, noise(inputs[0].shape, 4))];
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

/** The same values on every backend: a fixed sequence of fractions in [-1, 1). */
function noise(shape: readonly number[], seed: number): tf.Tensor {
  const size = shape.reduce((product, extent) => product * extent, 1);
  return tf.tensor(
    Float32Array.from({ length: size }, (_, i) => 2 * (((i + seed) * 0.6180339887) % 1) - 1),
    [...shape],
  );
}

async function expectSame(run: () => tf.Tensor[]): Promise<void> {
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
    expect(error / scale).toBeLessThan(TOLERANCE);
  });
}
