import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { buildGraph } from "../../../tools/graph/families.ts";
import { SeededRandom } from "../../../tools/random/random.ts";
import { selectBackend } from "../../../tools/train/backends.ts";
import { hardTargets } from "../../../tools/train/batches/targets.ts";
import { NOTHING_FROZEN } from "../../../tools/train/freeze.ts";
import { shareOf } from "../../../tools/train/gradients/batch-share.ts";
import { combineGradients } from "../../../tools/train/gradients/combine-gradients.ts";
import type { GradientSource } from "../../../tools/train/gradients/gradient-source.ts";
import type { Objective } from "../../../tools/train/gradients/objective.ts";
import { openGradientSource } from "../../../tools/train/gradients/open-gradient-source.ts";
import { type Batch, type Gradients, gradientsOf } from "../../../tools/train/gradients/step.ts";
import { initialWeights } from "../../../tools/train/initialise.ts";

const CLASSES = ["a", "b", "c"];
const distillation = { weight: 0.5, temperature: 2 };
const graph = buildGraph("resnet1d-edge", CLASSES);
const weights = initialWeights(graph, new SeededRandom(1));
const objective: Objective = { graph, distillation, frozen: NOTHING_FROZEN };

function batchOf(size: number): Batch {
  const random = new SeededRandom(size);
  const labels = Array.from({ length: size }, () => random.integer(CLASSES.length));
  return {
    size,
    signals: Float32Array.from({ length: size * 600 }, () => random.normal()),
    targets: { hard: hardTargets(labels, [1, 1, 1], 0), soft: null },
  };
}

describe("the shares of a batch", () => {
  it("are the batch, in order, in parts of equal size to within one", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 6 }), (size, count) => {
        const batch = batchOf(size);
        const shares = Array.from({ length: count }, (_, index) => shareOf(batch, index, count));
        const sizes = shares.map((share) => share.size);
        expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
        expect(shares.flatMap(({ signals }) => [...signals])).toEqual([...batch.signals]);
        expect(shares.flatMap(({ targets }) => [...targets.hard])).toEqual([...batch.targets.hard]);
      }),
    );
  });

  it("have the moments of all their rows together", () => {
    const rows = fc.array(fc.array(fc.double({ min: -9, max: 9, noNaN: true }), { minLength: 1, maxLength: 9 }), {
      minLength: 1,
      maxLength: 4,
    });
    fc.assert(
      fc.property(rows, (parts) => {
        const all = parts.flat();
        const combined = combineGradients(
          parts.map((part) => ({ share: part.length / all.length, gradients: withMoments(part) })),
        );
        const [expected, found] = [momentsOf(all), combined.moments.get("norm")];
        expect(found?.mean[0]).toBeCloseTo(expected.mean, 4);
        expect(found?.variance[0]).toBeCloseTo(expected.variance, 3);
      }),
    );
  });
});

describe("a pool of two threads", () => {
  let pool: GradientSource;
  beforeAll(async () => {
    await selectBackend();
    pool = await openGradientSource(objective, 2);
  });
  afterAll(() => pool.close());

  it("gives the gradients of its shares, the same every time", async () => {
    const batch = batchOf(5);
    const found = await pool.gradientsOf(weights, batch, new SeededRandom(9));
    const random = new SeededRandom(9);
    const expected = combineGradients(
      [0, 1].map((index) => {
        const share = shareOf(batch, index, 2);
        const own = new SeededRandom(random.integer(2 ** 32));
        return { share: share.size / 5, gradients: gradientsOf(objective, weights, share, own) };
      }),
    );
    expect(found).toEqual(expected);
    expect(await pool.gradientsOf(weights, batch, new SeededRandom(9))).toEqual(expected);
  });

  it("hears the crop teacher on each of them", async () => {
    const cropTeacher = { graph, weights: initialWeights(graph, new SeededRandom(2)), facts: {} };
    const taught = { ...objective, distillation: { ...distillation, blocks: 0.5 }, cropTeacher };
    const batch = batchOf(4);
    const random = new SeededRandom(1);
    const alone = [0, 1].map((index) => {
      const own = new SeededRandom(random.integer(2 ** 32));
      return gradientsOf(taught, weights, shareOf(batch, index, 2), own);
    });
    const untaught = await pool.gradientsOf(weights, batch, new SeededRandom(1));
    const pair = await openGradientSource(taught, 2);
    try {
      const { loss } = await pair.gradientsOf(weights, batch, new SeededRandom(1));
      expect(loss).toBeCloseTo((alone[0].loss + alone[1].loss) / 2, 4);
      expect(Math.abs(loss - untaught.loss)).toBeGreaterThan(0.1);
    } finally {
      await pair.close();
    }
  });

  it("leaves a thread idle that a small batch has no row for", async () => {
    const { loss } = await pool.gradientsOf(weights, batchOf(1), new SeededRandom(1));
    expect(loss).toBeGreaterThan(0);
  });
});

function momentsOf(values: readonly number[]): { mean: number; variance: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return { mean, variance: values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length };
}

function withMoments(values: readonly number[]): Gradients {
  const { mean, variance } = momentsOf(values);
  const moments = new Map([["norm", { mean: Float32Array.of(mean), variance: Float32Array.of(variance) }]]);
  return { loss: 0, gradients: new Map(), moments };
}
