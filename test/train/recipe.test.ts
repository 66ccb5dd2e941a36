import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { tuneOffsets } from "../../tools/evaluate/calibration/tune-offsets.ts";
import type { Tensor } from "../../tools/graph/model.ts";
import { adamStep, initialAdam } from "../../tools/train/adam.ts";
import { classWeights } from "../../tools/train/batches/class-weights.ts";
import { withOffsets } from "../../tools/train/bias.ts";
import { afterEpoch, INITIAL_PLATEAU, learningRate, type Schedule } from "../../tools/train/recipe/schedule.ts";
import { tinyGraph } from "./signals.ts";

describe("adamStep", () => {
  const weights = () =>
    new Map<string, Tensor>([
      ["a.weight", { shape: [1], data: Float32Array.of(2) }],
      ["a.bias", { shape: [1], data: Float32Array.of(2) }],
    ]);

  it("first moves each element by the rate against its gradient, whatever the gradient's size", () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-3, max: 1e3, noNaN: true }), fc.boolean(), (size, isNegative) => {
        const moved = weights();
        const gradient = Float32Array.of(isNegative ? -size : size);
        adamStep(initialAdam(moved, ["a.weight"]), moved, new Map([["a.weight", gradient]]), 0.1, 0);
        expect(moved.get("a.weight")?.data[0]).toBeCloseTo(isNegative ? 2.1 : 1.9, 3);
      }),
    );
  });

  it("shrinks weights and not biases by rate * decay, apart from the gradient", () => {
    const moved = weights();
    const zero = new Map([...moved.keys()].map((key) => [key, Float32Array.of(0)]));
    adamStep(initialAdam(moved, [...moved.keys()]), moved, zero, 0.1, 0.5);
    expect(moved.get("a.weight")?.data[0]).toBeCloseTo(1.9, 6);
    expect(moved.get("a.bias")?.data[0]).toBe(2);
  });
});

describe("learningRate", () => {
  it("rises to its peak over the warm-up and falls to a thousandth at the end", () => {
    const schedule: Schedule = { kind: "oneCycle", warmupShare: 0.2 };
    const rates = Array.from({ length: 101 }, (_, step) => learningRate(schedule, INITIAL_PLATEAU, 1, step, 100));
    expect(rates.indexOf(Math.max(...rates))).toBe(20);
    expect(rates[0]).toBeCloseTo(1 / 25, 6);
    expect(rates[20]).toBe(1);
    expect(rates[100]).toBeCloseTo(1e-3, 6);
    rates.slice(1, 21).forEach((rate, i) => {
      expect(rate).toBeGreaterThan(rates[i]);
    });
    rates.slice(21).forEach((rate, i) => {
      expect(rate).toBeLessThan(rates[i + 20]);
    });
  });

  it("falls by the factor after `patience` epochs without a gain", () => {
    const schedule: Schedule = { kind: "plateau", factor: 0.5, patience: 2 };
    let state = INITIAL_PLATEAU;
    const rates = [0.5, 0.4, 0.5, 0.6, 0.6, 0.6, 0.1, 0.1].map((metric) => {
      state = afterEpoch(schedule, state, metric);
      return learningRate(schedule, state, 1, 0, 0);
    });
    expect(rates).toEqual([1, 1, 0.5, 0.5, 0.5, 0.25, 0.25, 0.125]);
  });
});

describe("classWeights", () => {
  it("has a mean of 1 over the records; power 1 gives each class the same sum", () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 5000 }), { minLength: 2, maxLength: 9 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (counts, power) => {
          const records = counts.reduce((sum, count) => sum + count, 0);
          const weights = classWeights(counts, power);
          expect(weights.reduce((sum, weight, i) => sum + weight * counts[i], 0) / records).toBeCloseTo(1, 9);
          for (const [i, weight] of classWeights(counts, 1).entries())
            expect((weight * counts[i]) / records).toBeCloseTo(1 / counts.length, 9);
        },
      ),
    );
    expect(classWeights([3, 0], 1)).toEqual([1, 0]);
  });
});

describe("tuneOffsets", () => {
  it("finds the class that is under-called, with room on both sides", () => {
    const logits = [
      [1, 0],
      [1, 0],
      [0.5, 0],
      [0.5, 0],
    ].map((row) => Float32Array.from(row));
    const [first, second] = tuneOffsets(logits, [0, 0, 1, 1], ["a", "b"]);
    expect(first).toBe(0);
    expect(second).toBeGreaterThan(0.6);
    expect(second).toBeLessThan(0.9);
  });

  it("is not moved by one record in a hundred, as F1 of hard decisions would be", () => {
    // One record of class b lies a little on the wrong side, and nothing that a small offset touches is of class a.
    const logits = Array.from({ length: 100 }, (_, i) =>
      Float32Array.of(i < 50 ? 1 : i === 50 ? 0.2 : 0, i < 50 ? 0 : i === 50 ? 0 : 1),
    );
    const truths = logits.map((_, i) => (i < 50 ? 0 : 1));
    const [, offset] = tuneOffsets(logits, truths, ["a", "b"]);
    expect(Math.abs(offset)).toBeLessThanOrEqual(0.1);
  });

  it("leaves alone what is right already", () => {
    expect(tuneOffsets([Float32Array.of(1, 0), Float32Array.of(0, 1)], [0, 1], ["a", "b"])).toEqual([0, 0]);
  });

  it("is folded into the bias of the last layer, and into no other tensor", () => {
    const graph = tinyGraph();
    const weights = new Map<string, Tensor>([
      ["head.bias", { shape: [2], data: Float32Array.of(1, 2) }],
      ["stem.beta", { shape: [1], data: Float32Array.of(7) }],
    ]);
    const moved = withOffsets(graph, weights, [0, 0.5]);
    expect(moved.get("head.bias")?.data).toEqual(Float32Array.of(1, 2.5));
    expect(moved.get("stem.beta")).toBe(weights.get("stem.beta"));
    expect(weights.get("head.bias")?.data).toEqual(Float32Array.of(1, 2));
  });
});
