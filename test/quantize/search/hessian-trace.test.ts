import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decisionGradient } from "../../../tools/finetune/decision-gradient.ts";
import { weightOf } from "../../../tools/graph/model.ts";
import { selectCrops, withFloatLogits } from "../../../tools/quantize/loss/selection-set.ts";
import { type GradientAt, hessianTraces, type Point } from "../../../tools/quantize/search/hessian-trace.ts";
import { SeededRandom } from "../../../tools/random/random.ts";
import { draws } from "../../properties/draws.ts";
import { toyModel, toyRecords } from "../toy-model.ts";

const SIZE = 4;
const value = fc.integer({ min: -8, max: 8 });
const weights = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 2 * SIZE, maxLength: 2 * SIZE });

/** Two tensors and the gradient H w of half a quadratic form over both, H[i][j] symmetric. */
function quadratic(hessian: readonly (readonly number[])[]): GradientAt {
  return async (point: Point) => {
    const all = [...(point.get("a") as Float32Array), ...(point.get("b") as Float32Array)];
    const gradient = hessian.map((row) => row.reduce((sum, entry, j) => sum + entry * all[j], 0));
    return pointOf(gradient);
  };
}

function pointOf(values: readonly number[]): Point {
  return new Map([
    ["a", Float32Array.from(values.slice(0, SIZE))],
    ["b", Float32Array.from(values.slice(SIZE))],
  ]);
}

describe("the trace of a Hessian", () => {
  it("is exact after one probe where the Hessian is diagonal", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(value, { minLength: 8, maxLength: 8 }), weights, async (diagonal, at) => {
        const gradientAt = quadratic(diagonal.map((entry, i) => diagonal.map((_, j) => (i === j ? entry : 0))));
        const traces = await hessianTraces(gradientAt, pointOf(at), 1, new SeededRandom(1));
        const sum = (part: readonly number[]) => part.reduce((total, entry) => total + entry, 0);
        expect(traces.get("a")).toBeCloseTo(sum(diagonal.slice(0, SIZE)), 2);
        expect(traces.get("b")).toBeCloseTo(sum(diagonal.slice(SIZE)), 2);
      }),
    );
  });

  it("is met by the mean of many probes in each tensor's own block, whatever couples the two", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(value, { minLength: 36, maxLength: 36 }), weights, async (entries, at) => {
        // The upper triangle, row by row.
        const hessian = Array.from({ length: 8 }, (_, i) =>
          Array.from({ length: 8 }, (_, j) => {
            const [row, column] = [Math.min(i, j), Math.max(i, j)];
            return entries[row * 8 - (row * (row - 1)) / 2 + column - row];
          }),
        );
        const probes = 400;
        const traces = await hessianTraces(quadratic(hessian), pointOf(at), probes, new SeededRandom(1));
        const sizes = [at.slice(0, SIZE), at.slice(SIZE)].map((part) => Math.hypot(...part));
        ["a", "b"].forEach((name, block) => {
          const own = hessian.slice(block * SIZE, (block + 1) * SIZE);
          const trace = own.reduce((sum, row, i) => sum + row[block * SIZE + i], 0);
          // Each probe adds 2 H[i][j] of a pair within the block, and H[i][j] of a pair across it, by the ratio of their steps.
          const variance = own.reduce((sum, row, i) => {
            return row.reduce((total, entry, j) => {
              if (j === block * SIZE + i) return total;
              const inside = Math.floor(j / SIZE) === block;
              return total + (inside ? 2 * entry ** 2 : (entry * sizes[1 - block]) ** 2 / sizes[block] ** 2);
            }, sum);
          }, 0);
          expect(Math.abs((traces.get(name) as number) - trace)).toBeLessThan(6 * Math.sqrt(variance / probes) + 0.01);
        });
      }),
      { numRuns: draws(20) },
    );
  });

  it("is the same for the same seed, and 0 of a tensor of zeros", async () => {
    const hessian = Array.from({ length: 8 }, (_, i) => Array.from({ length: 8 }, (_, j) => i + j));
    const run = (at: readonly number[]) => hessianTraces(quadratic(hessian), pointOf(at), 3, new SeededRandom(5));
    expect(await run([1, 2, 3, 4, 5, 6, 7, 8])).toEqual(await run([1, 2, 3, 4, 5, 6, 7, 8]));
    expect((await run([0, 0, 0, 0, 5, 6, 7, 8])).get("a")).toBe(0);
  });
});

describe("the gradient of a network's decisions", () => {
  it("leaves the head's Hessian a positive trace: cross-entropy is convex in the last layer's weights", async () => {
    const model = toyModel(3);
    const crops = withFloatLogits(model, selectCrops(toyRecords(6, 2), model.graph, 6, 1));
    const key = "head.weight";
    const at: Point = new Map([[key, weightOf(model, key).data]]);
    const gradientAt = decisionGradient(model, crops);
    expect((await hessianTraces(gradientAt, at, 4, new SeededRandom(1))).get(key)).toBeGreaterThan(0);
  });
});
