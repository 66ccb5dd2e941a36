import * as tf from "@tensorflow/tfjs";
import fc from "fast-check";
import type { Conv1dNode, DepthwiseConv1dNode } from "../../../tools/graph/graph.ts";
import { conv1d } from "../../../tools/train/layers/conv.ts";
import { depthwiseConv1d } from "../../../tools/train/layers/depthwise-conv.ts";
import { noise } from "../both-backends.ts";

export interface ConvCase {
  batch: number;
  rows: number;
  cin: number;
  cout: number;
  kernel: number;
  stride: number;
  left: number;
  right: number;
}

export const convCases: fc.Arbitrary<ConvCase> = fc
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

export function convolution({ batch, rows, cin, cout, kernel, stride, left, right }: ConvCase): tf.Tensor[] {
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

export function depthwiseConvolution({
  batch,
  rows,
  cin,
  kernel,
  stride,
  left,
  right,
  dilation,
}: DepthwiseCase): tf.Tensor[] {
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

export interface DepthwiseCase extends ConvCase {
  dilation: number;
}

export const depthwiseCases: fc.Arbitrary<DepthwiseCase> = fc
  .tuple(convCases, fc.integer({ min: 1, max: 3 }))
  .map(([shape, dilation]) => ({ ...shape, dilation }))
  .filter(({ rows, kernel, dilation, left, right }) => rows + left + right > (kernel - 1) * dilation);

export function groupedConvolution(
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
