import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { type LayerGrid, largestWeight } from "../../tools/export/quantized-network.ts";
import { initialSteps } from "../../tools/finetune/initial-steps.ts";
import { quantizedView, trainedSteps } from "../../tools/finetune/quantized-view.ts";
import { layerWeights } from "../../tools/forward/layer-weights.ts";
import type { FloatModel, Tensor } from "../../tools/graph/model.ts";
import { weightShapes } from "../../tools/graph/weight-shapes.ts";
import { dequantize } from "../../tools/quantize/quantizers/dequantize.ts";
import { gridFacts, type LayerGrids, trainedIntegers } from "../../tools/quantize/trained-integers.ts";
import type { Width } from "../../tools/quantize/width.ts";
import { SeededRandom } from "../../tools/random/random.ts";
import { selectBackend } from "../../tools/train/backends.ts";
import { hardTargets } from "../../tools/train/batches/targets.ts";
import { labelObjective } from "../../tools/train/gradients/objective.ts";
import { gradientsOf } from "../../tools/train/gradients/step.ts";
import { draws } from "../properties/draws.ts";
import { toyHubert } from "../quantize/toy-hubert.ts";
import { toyModel } from "../quantize/toy-model.ts";

const WIDTHS: readonly Width[] = [1, 2, 3, 4, 5, 6, 7, 8, "ternary"];
const GRIDS: readonly LayerGrid[] = [
  { grid: "ternary", bits: 2 },
  { grid: "midRise", bits: 1 },
  { grid: "midRise", bits: 3 },
  { grid: "midTread", bits: 2 },
  { grid: "midTread", bits: 8 },
];

beforeAll(async () => {
  await selectBackend();
});

/** A model in the middle of training: widths drawn, weights and steps moved off where they began. */
function midTraining(model: FloatModel, random: SeededRandom): { codes: LayerGrids; trained: Map<string, Tensor> } {
  const names = [...layerWeights(model).keys()];
  const { codes, steps } = initialSteps(model, new Map(names.map((name) => [name, WIDTHS[random.integer(9)]])));
  const moved = [...model.weights, ...steps].map(([key, { shape, data }]): [string, Tensor] => {
    const factor = () => (key.endsWith(".step") ? Math.exp(0.3 * random.normal()) : 1 + 0.2 * random.normal());
    return [key, { shape, data: data.map((value) => value * factor()) }];
  });
  return { codes, trained: new Map(moved) };
}

describe("the quantized view", () => {
  it.each([
    ["residual", toyModel(3)],
    ["transformer", toyHubert(3)],
  ])("shows a %s network the very weights that are packed", (_, model) => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const { codes, trained } = midTraining(model, new SeededRandom(seed));
        const used = quantizedView(codes).used(trained);
        expect([...used.keys()].sort()).toEqual([...weightShapes(model.graph).keys()].sort());
        const file = {
          ...model,
          weights: new Map([...used, ...trainedSteps(trained, codes)]),
          facts: gridFacts(codes),
        };
        const seen = layerWeights({ ...model, weights: used });
        for (const [name, levels] of trainedIntegers(file)) {
          expect({ grid: levels.grid, bits: levels.bits }).toEqual(codes.get(name));
          expect(dequantize(levels), name).toEqual(seen.get(name)?.values);
        }
      }),
      { numRuns: draws(8) },
    );
  });

  it("is a fixed point: what lies on its grid stays there", () => {
    const { codes, trained } = midTraining(toyModel(4), new SeededRandom(1));
    const view = quantizedView(codes);
    const used = view.used(trained);
    expect(view.used(new Map([...used, ...trainedSteps(trained, codes)]))).toEqual(used);
  });
});

/** One layer of two channels, weights [k][channel], with a gradient for the quantized ones. */
const LAYER = fc
  .tuple(
    fc.constantFrom(...GRIDS),
    fc.tuple(fc.double({ min: 0.01, max: 1, noNaN: true }), fc.double({ min: 0.01, max: 1, noNaN: true })),
    fc.array(fc.tuple(fc.double({ min: -3, max: 3, noNaN: true }), fc.double({ min: -1, max: 1, noNaN: true })), {
      minLength: 2,
      maxLength: 24,
    }),
  )
  .map(([code, steps, pairs]) => {
    const even = pairs.slice(0, pairs.length - (pairs.length % 2));
    const tensor = (values: number[]): Tensor => ({ shape: [values.length / 2, 2], data: Float32Array.from(values) });
    return {
      code,
      trained: new Map([
        ["a.weight", tensor(even.map(([weight]) => weight))],
        ["a.step", { shape: [2], data: Float32Array.from(steps) }],
      ]),
      ofUsed: Float32Array.from(even, ([, gradient]) => gradient),
    };
  });

describe("the gradient through the rounding", () => {
  it("passes a weight's where the grid has room for it, and a step's as LSQ has it", () => {
    fc.assert(
      fc.property(LAYER, ({ code, trained, ofUsed }) => {
        const view = quantizedView(new Map([["a", code]]));
        const [weights, steps] = ["a.weight", "a.step"].map((key) => (trained.get(key) as Tensor).data);
        const used = (view.used(trained).get("a.weight") as Tensor).data;
        const gradients = view.gradients(trained, new Map([["a.weight", ofUsed]]));
        const largest = largestWeight(code.grid, code.bits);
        const sums = [0, 0];
        weights.forEach((weight, i) => {
          const step = steps[i % 2];
          const isInside = Math.abs(weight / step) < largest;
          expect(gradients.get("a.weight")?.[i]).toBe(isInside ? ofUsed[i] : 0);
          sums[i % 2] += ofUsed[i] * (isInside ? (used[i] - weight) / step : Math.sign(weight) * largest);
        });
        const share = 1 / Math.sqrt((weights.length / 2) * largest);
        sums.forEach((sum, channel) => {
          expect(gradients.get("a.step")?.[channel]).toBeCloseTo(share * sum, 3);
        });
      }),
    );
  });

  /** Where all weights are cut off, w' = +-s Q: nothing is rounded, and the loss has a derivative. */
  it("is the finite difference of the loss where nothing is rounded", () => {
    const model = toyModel(5);
    const codes: LayerGrids = new Map([["head", { grid: "ternary", bits: 2 }]]);
    const view = quantizedView(codes);
    const random = new SeededRandom(2);
    const batch = {
      size: 4,
      signals: Float32Array.from({ length: 4 * 1500 }, () => random.normal()),
      targets: { hard: hardTargets([0, 1, 2, 1], [1, 1, 1], 0), soft: null },
    };
    const { data: weights } = model.weights.get("head.weight") as Tensor;
    const least = weights.reduce((smallest, weight) => Math.min(smallest, Math.abs(weight)), 1);
    const at = (step: number) => {
      const trained = new Map([...model.weights, ["head.step", { shape: [3], data: new Float32Array(3).fill(step) }]]);
      const found = gradientsOf(labelObjective(model.graph), view.used(trained), batch, random);
      return { loss: found.loss, ofSteps: view.gradients(trained, found.gradients).get("head.step") as Float32Array };
    };
    const share = 1 / Math.sqrt(weights.length / 3);
    const middle = 0.5 * least;
    const difference = (at(1.5 * middle).loss - at(0.5 * middle).loss) / middle;
    const summed = at(middle).ofSteps.reduce((sum, gradient) => sum + gradient / share, 0);
    expect(summed).toBeCloseTo(difference, 2);
    expect(Math.abs(difference)).toBeGreaterThan(0.1);
  });
});

describe("what was trained on a grid", () => {
  const { codes, trained } = midTraining(toyModel(6), new SeededRandom(3));
  const weights = new Map([...quantizedView(codes).used(trained), ...trainedSteps(trained, codes)]);
  const model = { ...toyModel(6), weights, facts: gridFacts(codes) };

  it("is refused without facts, without a layer's grid, without steps and beside its grid", () => {
    expect(() => trainedIntegers(toyModel(6))).toThrow("finetune it first");
    const { head: _, ...others } = gridFacts(codes).weightGrids;
    expect(() => trainedIntegers({ ...model, facts: { weightGrids: others } })).toThrow("layer head has no grid");
    const without = new Map([...weights].filter(([key]) => key !== "stem.step"));
    expect(() => trainedIntegers({ ...model, weights: without })).toThrow("no tensor stem.step");
    const { shape, data } = weights.get("stem.weight") as Tensor;
    const moved = data.map((value, i) => (i === 7 ? value * 1.3 + 0.01 : value));
    const beside = new Map([...weights, ["stem.weight", { shape, data: moved }]]);
    expect(() => trainedIntegers({ ...model, weights: beside })).toThrow("layer stem has the weight");
  });
});
