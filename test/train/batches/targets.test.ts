import * as tf from "@tensorflow/tfjs";
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { softmax } from "../../../tools/evaluate/calibration/softmax.ts";
import { SeededRandom } from "../../../tools/random/random.ts";
import { selectBackend } from "../../../tools/train/backends.ts";
import { drawOrder } from "../../../tools/train/batches/draw-order.ts";
import { mixRows } from "../../../tools/train/batches/mixup.ts";
import { hardTargets, softTargets } from "../../../tools/train/batches/targets.ts";
import { lossOf } from "../../../tools/train/gradients/loss.ts";
import { followWeights } from "../../../tools/train/weight-average.ts";

const CLASSES = 3;
const labelsOf = fc.array(fc.integer({ min: 0, max: CLASSES - 1 }), { minLength: 1, maxLength: 60 });
const share = fc.double({ min: 0, max: 1, noNaN: true });
const logit = fc.double({ min: -5, max: 5, noNaN: true });
const sum = (values: ArrayLike<number>) => Array.from(values).reduce((total, value) => total + value, 0);

beforeAll(async () => {
  await selectBackend();
});

describe("drawOrder", () => {
  it("draws each record once at power 0, in another order for another seed", () => {
    const labels = Array.from({ length: 50 }, (_, i) => i % CLASSES);
    const draw = (seed: number) => drawOrder(labels, CLASSES, 0, new SeededRandom(seed));
    expect([...draw(1)].sort((a, b) => a - b)).toEqual([...labels.keys()]);
    expect(draw(2)).not.toEqual(draw(1));
  });

  it("draws as many as there are, each class to within one draw a record of its share", () => {
    fc.assert(
      fc.property(labelsOf, share, fc.integer(), (labels, power, seed) => {
        const drawn = drawOrder(labels, CLASSES, power, new SeededRandom(seed));
        expect(drawn).toHaveLength(labels.length);
        const counts = Array.from({ length: CLASSES }, (_, c) => labels.filter((label) => label === c).length);
        const raw = counts.map((count) => (count === 0 ? 0 : count ** (1 - power)));
        labels.forEach((label, index) => {
          const expected = (labels.length * raw[label]) / sum(raw) / counts[label];
          const times = drawn.filter((one) => one === index).length;
          expect(Math.abs(times - expected)).toBeLessThan(1 + 1e-6);
        });
      }),
    );
  });
});

describe("hardTargets", () => {
  it("adds up to the label's weight, most of it on the label", () => {
    fc.assert(
      fc.property(labelsOf, fc.double({ min: 0, max: 0.6, noNaN: true }), (labels, smoothing) => {
        const weights = [0.5, 1, 2];
        const rows = hardTargets(labels, weights, smoothing);
        labels.forEach((label, row) => {
          const target = rows.subarray(row * CLASSES, (row + 1) * CLASSES);
          expect(sum(target)).toBeCloseTo(weights[label], 5);
          expect(target[label]).toBeCloseTo(weights[label] * (1 - smoothing + smoothing / CLASSES), 5);
        });
      }),
    );
  });
});

describe("mixRows", () => {
  it("mixes every array by the same shares, and keeps the sum of all rows", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 8 }),
        fc.double({ min: 0.05, max: 4, noNaN: true }),
        fc.integer(),
        (rows, alpha, seed) => {
          const identity = Float32Array.from({ length: rows * rows }, (_, i) => (i % (rows + 1) === 0 ? 1 : 0));
          const numbers = Float32Array.from({ length: rows }, (_, i) => i + 1);
          mixRows([identity, numbers], rows, alpha, new SeededRandom(seed));
          for (let row = 0; row < rows; row++) {
            const shares = identity.subarray(row * rows, (row + 1) * rows);
            expect(sum(shares)).toBeCloseTo(1, 5);
            expect([...shares].filter((value) => value > 0).length).toBeLessThanOrEqual(2);
            expect(numbers[row]).toBeCloseTo(sum(shares.map((value, i) => value * (i + 1))), 4);
          }
        },
      ),
    );
  });

  it("draws shares of mean 1/2 and variance 1 / (4 (2 alpha + 1)), as Beta(alpha, alpha) has them", () => {
    const random = new SeededRandom(3);
    for (const alpha of [0.2, 1, 2]) {
      const shares = Array.from({ length: 4000 }, () => {
        // Rows 0 and 1 swap or stay: of two draws, those that swap tell their share.
        const rows = Float32Array.of(0, 1);
        mixRows([rows], 2, alpha, random);
        return rows;
      }).filter(([a, b]) => a !== 0 || b !== 1);
      const own = shares.map(([a]) => 1 - a);
      const mean = sum(own) / own.length;
      const variance = sum(own.map((value) => (value - mean) ** 2)) / own.length;
      expect(mean).toBeCloseTo(0.5, 1);
      expect(variance / (1 / (4 * (2 * alpha + 1)))).toBeCloseTo(1, 0);
    }
  });
});

describe("lossOf", () => {
  const rows = fc.array(fc.tuple(logit, logit, logit), { minLength: 1, maxLength: 5 });

  it("is weighted cross-entropy without teachers", () => {
    fc.assert(
      fc.property(rows, (logits) => {
        const labels = logits.map((_, i) => i % CLASSES);
        const weights = [0.5, 1, 2];
        const hard = hardTargets(labels, weights, 0);
        const loss = lossValue(logits, { hard, soft: null }, { weight: 1, temperature: 3 });
        const costs = labels.map((label, i) => -weights[label] * Math.log(softmax(logits[i])[label]));
        expect(loss).toBeCloseTo(sum(costs) / labels.length, 4);
      }),
    );
  });

  it("is T^2 KL(teacher || student) for the teachers' share: 0 where they agree, and never below", () => {
    fc.assert(
      fc.property(rows, rows, fc.double({ min: 0.5, max: 5, noNaN: true }), (logits, words, temperature) => {
        const taught = logits.map((_, i) => words[i % words.length]);
        const hard = new Float32Array(logits.length * CLASSES);
        const soft = softTargets(taught, temperature);
        const loss = lossValue(logits, { hard, soft }, { weight: 1, temperature });
        const divergence = logits.map((row, i) => {
          const [p, q] = [softmax(taught[i], temperature), softmax(row, temperature)];
          return sum(p.map((value, c) => value * Math.log(value / q[c])));
        });
        expect(loss).toBeCloseTo((temperature ** 2 * sum(divergence)) / logits.length, 3);
        const agreed = lossValue(taught, { hard, soft }, { weight: 1, temperature });
        expect(Math.abs(agreed)).toBeLessThan(1e-3);
      }),
    );
  });

  it("weighs teachers against labels", () => {
    const logits = [[1, 0, 0]] as [number, number, number][];
    const hard = hardTargets([1], [1, 1, 1], 0);
    const soft = softTargets([[0, 3, 1]], 2);
    const at = (weight: number) => lossValue(logits, { hard, soft }, { weight, temperature: 2 });
    expect(at(0.3)).toBeCloseTo(0.7 * at(0) + 0.3 * at(1), 5);
  });
});

describe("followWeights", () => {
  it("is the mean that the recursion defines, its share growing to the decay", () => {
    const average = new Map([["a", { shape: [1], data: Float32Array.of(0) }]]);
    let expected = 0;
    for (let step = 1; step <= 200; step++) {
      const stays = Math.min(0.9, (1 + step) / (10 + step));
      expected += (1 - stays) * (step - expected);
      followWeights(average, new Map([["a", { shape: [1], data: Float32Array.of(step) }]]), 0.9, step);
      expect(average.get("a")?.data[0]).toBeCloseTo(expected, 2);
    }
    expect(200 - expected).toBeCloseTo(9, 1);
  });
});

function lossValue(
  logits: readonly (readonly number[])[],
  targets: Parameters<typeof lossOf>[1],
  distillation: Parameters<typeof lossOf>[2],
): number {
  return tf.tidy(() => lossOf(tf.tensor2d(logits.map((row) => [...row])), targets, distillation).dataSync()[0]);
}
