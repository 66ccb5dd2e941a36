import * as tf from "@tensorflow/tfjs";
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import type { Conv1dNode, DepthwiseConv1dNode, Graph, GraphNode } from "../../../tools/graph/graph.ts";
import { BATCH_NORM_EPSILON } from "../../../tools/graph/model.ts";
import { outputRows } from "../../../tools/graph/output-rows.ts";
import { SeededRandom } from "../../../tools/random/random.ts";
import { selectBackend } from "../../../tools/train/backends.ts";
import { batchNorm } from "../../../tools/train/layers/batch-norm.ts";
import { conv1d } from "../../../tools/train/layers/conv.ts";
import { depthwiseConv1d } from "../../../tools/train/layers/depthwise-conv.ts";
import { forward } from "../../../tools/train/layers/layers.ts";
import { draws } from "../../properties/draws.ts";

beforeAll(async () => {
  await selectBackend();
});

function normals(size: number, seed: number): Float32Array {
  const random = new SeededRandom(seed);
  return Float32Array.from({ length: size }, () => random.normal());
}

function expectClose(found: ArrayLike<number>, expected: ArrayLike<number>, tolerance = 1e-4): void {
  expect(found.length).toBe(expected.length);
  for (let i = 0; i < expected.length; i++)
    expect(Math.abs(found[i] - expected[i])).toBeLessThan(tolerance * (1 + Math.abs(expected[i])));
}

const shapes = fc
  .record({
    rows: fc.integer({ min: 1, max: 50 }),
    kernel: fc.integer({ min: 1, max: 7 }),
    stride: fc.integer({ min: 1, max: 4 }),
    dilation: fc.integer({ min: 1, max: 4 }),
    padLeft: fc.integer({ min: 0, max: 9 }),
    padRight: fc.integer({ min: 0, max: 9 }),
  })
  .map((shape) => (shape.dilation > 1 ? { ...shape, stride: 1 } : shape))
  .filter((s) => s.rows + s.padLeft + s.padRight >= (s.kernel - 1) * s.dilation + 1);

describe("conv1d", () => {
  it("is column j = sum over t of weight[t] * row[j * stride - padLeft + t * dilation]", () => {
    fc.assert(
      fc.property(shapes, (shape) => {
        const node: Conv1dNode = {
          ...shape,
          op: "conv1d",
          name: "conv",
          input: "input",
          outChannels: 3,
          bias: false,
          batchNorm: false,
          activation: "none",
        };
        const [x, weight] = [normals(2 * shape.rows * 2, 1), normals(shape.kernel * 2 * 3, 2)];
        const found = tf.tidy(() =>
          conv1d(tf.tensor3d(x, [2, shape.rows, 2]), tf.tensor3d(weight, [shape.kernel, 2, 3]), node).dataSync(),
        );
        const columns = outputRows(node, shape.rows);
        const expected: number[] = [];
        for (let b = 0; b < 2; b++)
          for (let j = 0; j < columns; j++)
            for (let o = 0; o < 3; o++) {
              let sum = 0;
              for (let t = 0; t < shape.kernel; t++) {
                const row = j * shape.stride - shape.padLeft + t * shape.dilation;
                if (row < 0 || row >= shape.rows) continue;
                for (let c = 0; c < 2; c++) sum += x[(b * shape.rows + row) * 2 + c] * weight[(t * 2 + c) * 3 + o];
              }
              expected.push(sum);
            }
        expectClose(found, expected);
      }),
      { numRuns: draws(60) },
    );
  });

  it("refuses stride and dilation at once", () => {
    const node: Conv1dNode = {
      op: "conv1d",
      name: "both",
      input: "input",
      outChannels: 1,
      kernel: 3,
      stride: 2,
      dilation: 2,
      padLeft: 0,
      padRight: 0,
      bias: false,
      batchNorm: false,
      activation: "none",
    };
    expect(() => conv1d(tf.zeros([1, 9, 1]), tf.zeros([3, 1, 1]), node)).toThrow("node both: stride 2 with dilation 2");
  });
});

describe("depthwiseConv1d", () => {
  it("is conv1d with zeros between two channels, with both gradients", () => {
    fc.assert(
      fc.property(shapes, fc.integer({ min: 1, max: 6 }), (shape, channels) => {
        const { rows, kernel } = shape;
        const window = { ...shape, name: "conv", input: "input", bias: false, batchNorm: false, activation: "none" };
        const depthwise = { ...window, op: "depthwiseConv1d" } as DepthwiseConv1dNode;
        const full = { ...window, op: "conv1d", outChannels: channels } as Conv1dNode;
        tf.tidy(() => {
          const x = tf.tensor3d(normals(2 * rows * channels, 1), [2, rows, channels]);
          const weight = tf.tensor2d(normals(kernel * channels, 2), [kernel, channels]);
          const dy = tf.tensor3d(normals(2 * outputRows(full, rows) * channels, 3), [
            2,
            outputRows(full, rows),
            channels,
          ]);
          const run = (a: tf.Tensor, b: tf.Tensor) => depthwiseConv1d(a as tf.Tensor3D, b as tf.Tensor2D, depthwise);
          const asConv = (a: tf.Tensor, b: tf.Tensor) =>
            conv1d(a as tf.Tensor3D, tf.mul(b.expandDims(1), tf.eye(channels)) as tf.Tensor3D, full);
          const results = [run, asConv].map((conv) => [conv(x, weight), ...tf.grads(conv)([x, weight], dy)]);
          const [found, expected] = results.map((tensors) => tensors.map((tensor) => tensor.dataSync()));
          found.forEach((values, index) => {
            expectClose(values, expected[index]);
          });
        });
      }),
      { numRuns: draws(60) },
    );
  });
});

describe("batchNorm", () => {
  it("has the values and the gradients of its formula, differentiated by tfjs", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 150 }),
        fc.integer({ min: 1, max: 9 }),
        fc.constantFrom([Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY], [0, Number.POSITIVE_INFINITY], [0, 0.9]),
        (rows, channels, [low, high]) => {
          tf.tidy(() => {
            const inputs = [
              tf.tensor3d(normals(2 * rows * channels, 1), [2, rows, channels]),
              tf.tensor1d(normals(channels, 2)),
              tf.tensor1d(normals(channels, 3)),
            ];
            const dy = tf.tensor3d(normals(2 * rows * channels, 4), [2, rows, channels]);
            const plain = (x: tf.Tensor, gamma: tf.Tensor, beta: tf.Tensor) => {
              const mean = x.mean([0, 1]);
              const variance = x.sub(mean).square().mean([0, 1]);
              const y = x.sub(mean).div(variance.add(BATCH_NORM_EPSILON).sqrt()).mul(gamma).add(beta);
              return tf.minimum(tf.maximum(y, low), high);
            };
            const own = (x: tf.Tensor, gamma: tf.Tensor, beta: tf.Tensor) =>
              batchNorm(x, gamma as tf.Tensor1D, beta as tf.Tensor1D, [low, high], () => {});
            expectClose(
              own(inputs[0], inputs[1], inputs[2]).dataSync(),
              plain(inputs[0], inputs[1], inputs[2]).dataSync(),
              1e-3,
            );
            const expected = tf.grads(plain)(inputs, dy);
            tf.grads(own)(inputs, dy).forEach((gradient, index) => {
              expectClose(gradient.dataSync(), expected[index].dataSync(), 1e-3);
            });
          });
        },
      ),
      { numRuns: draws(30) },
    );
  });
});

describe("forward", () => {
  const run = (node: GraphNode, x: Float32Array, channels = 1) => {
    const graph: Graph = { name: "one", classes: ["a", "b"], sampleRateHz: 500, windowSamples: null, nodes: [node] };
    return tf.tidy(() =>
      forward(graph, new Map(), tf.tensor3d(x, [1, x.length / channels, channels]), null).dataSync(),
    );
  };

  it("pools maxima, and sends each gradient to one maximum", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 30 }),
        fc.integer({ min: 1, max: 5 }),
        fc.integer({ min: 1, max: 5 }),
        (rows, kernel, stride) => {
          fc.pre(rows >= kernel);
          const node: GraphNode = { op: "maxPool", name: "pool", input: "input", kernel, stride };
          // All below zero, so that a padded zero would show.
          const x = normals(rows, 5).map((value) => -1 - Math.abs(value));
          const expected = Array.from({ length: outputRows(node, rows) }, (_, j) =>
            Math.max(...x.subarray(j * stride, j * stride + kernel)),
          );
          expectClose(run(node, x), expected);
          const graph: Graph = {
            name: "one",
            classes: ["a", "b"],
            sampleRateHz: 500,
            windowSamples: null,
            nodes: [node],
          };
          const gradient = tf.tidy(() =>
            tf
              .grad((t) => forward(graph, new Map(), t as tf.Tensor3D, null).sum())(tf.tensor3d(x, [1, rows, 1]))
              .dataSync<"float32">(),
          );
          expect(gradient.reduce((sum, g) => sum + g, 0)).toBeCloseTo(expected.length, 4);
        },
      ),
    );
  });

  it("averages the last `window` columns before warmup + i * hop, or all that there are", () => {
    const counts = { min: 1, max: 12 };
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 60 }),
        fc.integer(counts),
        fc.integer(counts),
        fc.integer(counts),
        (rows, window, hop, warmup) => {
          const node: GraphNode = { op: "averagePool", name: "pool", input: "input", window, hop, warmup };
          const x = normals(rows, 6);
          const expected = Array.from({ length: outputRows(node, rows) }, (_, i) => {
            const end = Math.min(rows, warmup + i * hop);
            const columns = x.subarray(Math.max(0, end - window), end);
            return columns.reduce((sum, value) => sum + value, 0) / columns.length;
          });
          expectClose(run(node, x), expected);
        },
      ),
    );
  });
});
