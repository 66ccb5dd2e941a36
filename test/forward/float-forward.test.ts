import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { rawSums, runNode } from "../../tools/forward/float-forward.ts";
import type { Conv1dNode } from "../../tools/graph/graph.ts";
import { outputRows } from "../../tools/graph/output-rows.ts";
import { movedStatistics } from "../../tools/quantize/batch-norm-statistics.ts";
import { activationRange } from "../../tools/quantize/calibrate.ts";
import { divergence } from "../../tools/quantize/loss/divergence.ts";

const finite = (count: number) =>
  fc.array(fc.double({ min: -3, max: 3, noNaN: true }), { minLength: count, maxLength: count });

describe("float forward pass", () => {
  const shapes = fc.record({
    kernel: fc.integer({ min: 1, max: 5 }),
    stride: fc.integer({ min: 1, max: 3 }),
    dilation: fc.integer({ min: 1, max: 3 }),
    inChannels: fc.integer({ min: 1, max: 3 }),
    outChannels: fc.integer({ min: 1, max: 6 }),
    rows: fc.integer({ min: 0, max: 12 }),
    left: fc.integer({ min: 0, max: 4 }),
    right: fc.integer({ min: 0, max: 4 }),
  });

  it("convolves as the definition says, zeros outside the record", () => {
    const cases = shapes.chain((shape) =>
      fc.tuple(
        fc.constant(shape),
        finite(shape.rows * shape.inChannels),
        finite(shape.outChannels * shape.kernel * shape.inChannels),
      ),
    );
    fc.assert(
      fc.property(cases, ([shape, data, weights]) => {
        const { kernel, stride, dilation, inChannels, outChannels, rows } = shape;
        const span = (kernel - 1) * dilation;
        const node: Conv1dNode = {
          op: "conv1d",
          name: "c",
          input: "input",
          outChannels,
          kernel,
          stride,
          dilation,
          bias: false,
          batchNorm: false,
          activation: "none",
          padLeft: Math.min(shape.left, span),
          padRight: Math.min(shape.right, span),
        };
        const sums = rawSums(
          node,
          { rows, channels: inChannels, data: Float32Array.from(data) },
          Float32Array.from(weights),
        );
        expect(sums.rows).toBe(outputRows(node, rows));
        for (let column = 0; column < sums.rows; column++) {
          for (let out = 0; out < outChannels; out++) {
            let expected = 0;
            for (let tap = 0; tap < kernel; tap++) {
              const row = column * stride - node.padLeft + tap * dilation;
              if (row < 0 || row >= rows) continue;
              for (let channel = 0; channel < inChannels; channel++) {
                expected += data[row * inChannels + channel] * weights[(out * kernel + tap) * inChannels + channel];
              }
            }
            expect(sums.data[column * outChannels + out]).toBeCloseTo(expected, 3);
          }
        }
      }),
    );
  });

  it("averages the last decision's columns: all of a short crop, the last window of a long one", () => {
    const pool = { op: "averagePool", name: "p", input: "c", window: 4, hop: 3, warmup: 2 } as const;
    const mean = (rows: number) =>
      runNode(pool, [{ rows, channels: 1, data: Float32Array.from({ length: rows }, (_, row) => row) }]).data[0];
    expect(mean(1)).toBe(0);
    expect(mean(2)).toBe(0.5);
    expect(mean(4)).toBe(0.5);
    expect(mean(5)).toBe(2.5);
    expect(mean(9)).toBe(5.5);
  });
});

describe("calibration", () => {
  it("keeps a range between zero and the largest value, all of it for max", () => {
    const values = fc
      .float32Array({ minLength: 1, maxLength: 60, min: 0, max: 10, noNaN: true })
      .map((array) => array.sort());
    fc.assert(
      fc.property(values, (magnitudes) => {
        const largest = magnitudes[magnitudes.length - 1];
        expect(activationRange(magnitudes, { kind: "max" })).toBe(largest);
        expect(activationRange(magnitudes, { kind: "percentile", percent: 100 })).toBe(largest);
        for (const method of [{ kind: "mse" }, { kind: "percentile", percent: 90 }] as const) {
          const range = activationRange(magnitudes, method);
          expect(range).toBeGreaterThanOrEqual(0);
          expect(range).toBeLessThanOrEqual(largest);
        }
      }),
    );
  });

  it("moves batch-norm statistics by what changed, and not by what the crops are", () => {
    const trained = { mean: [1, -2], variance: [0.5, 3] };
    const crops = { mean: [7, 8], variance: [2, 9] };
    const same = movedStatistics(trained, crops, crops);
    expect(Array.from(same.mean)).toEqual(trained.mean);
    expect(same.variance[0]).toBeCloseTo(trained.variance[0], 12);
    expect(same.variance[1]).toBeCloseTo(trained.variance[1], 12);
    const moved = movedStatistics(trained, crops, { mean: [8, 8], variance: [4, 9] });
    expect(moved.mean[0]).toBe(2);
    expect(moved.variance[0]).toBeCloseTo(1, 4);
  });
});

describe("divergence", () => {
  it("is zero for equal logits, whatever their offset, and never below", () => {
    fc.assert(
      fc.property(finite(4), finite(4), fc.double({ min: -50, max: 50, noNaN: true }), (a, b, offset) => {
        const logits = Float64Array.from(a);
        expect(
          divergence(
            logits,
            Float64Array.from(a, (value) => value + offset),
          ),
        ).toBeCloseTo(0, 9);
        expect(divergence(logits, Float64Array.from(b))).toBeGreaterThanOrEqual(0);
      }),
    );
    expect(divergence(Float64Array.of(0, 0), Float64Array.of(0, Math.log(3)))).toBeCloseTo(
      0.5 * Math.log(0.5 / 0.25) + 0.5 * Math.log(0.5 / 0.75),
      12,
    );
  });
});
