import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { forward, rawSums } from "../../../tools/forward/float-forward.ts";
import { type LayerWeights, layerWeights, nodeWeights } from "../../../tools/forward/layer-weights.ts";
import type { Rows } from "../../../tools/forward/rows.ts";
import { INPUT, isWeighted, type WeightedNode } from "../../../tools/graph/graph.ts";
import type { FloatModel } from "../../../tools/graph/model.ts";
import { dequantize } from "../../../tools/quantize/quantizers/dequantize.ts";
import { invertedFactor } from "../../../tools/quantize/quantizers/inverted-factor.ts";
import { outputError, roundByOutputError } from "../../../tools/quantize/quantizers/output-error-rounding.ts";
import { quantizeOnGrid, quantizeWeights } from "../../../tools/quantize/quantizers/quantize-weights.ts";
import { roundToGrid } from "../../../tools/quantize/quantizers/round-to-grid.ts";
import { inputMoments, type SecondMoments } from "../../../tools/quantize/quantizers/second-moments.ts";
import { SeededRandom } from "../../../tools/random/random.ts";
import { separableGraph } from "../../cases/separable-graph.ts";
import { toyHubert } from "../toy-hubert.ts";
import { TOY_CLASSES, toyModel, toyRecords, toyWeights } from "../toy-model.ts";

/** Second moments of rows of random numbers that go together. */
function correlated(depth: number, seed: number): Float64Array {
  const random = new SeededRandom(seed);
  const mixing = Float64Array.from({ length: depth * depth }, () => random.normal());
  return Float64Array.from({ length: depth * depth }, (_, at) => {
    const [i, j] = [Math.floor(at / depth), at % depth];
    let sum = 0;
    for (let k = 0; k < depth; k++) sum += mixing[i * depth + k] * mixing[j * depth + k];
    return sum;
  });
}

const weightsOf = (length: number, seed: number): Float32Array => {
  const random = new SeededRandom(seed);
  return Float32Array.from({ length }, () => random.normal());
};

describe("the factor of an inverse", () => {
  it("times itself and the damped matrix is one", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 12 }), fc.nat(1000), (size, seed) => {
        const matrix = correlated(size, seed);
        const factor = invertedFactor(matrix, size);
        const trace = Array.from({ length: size }, (_, i) => matrix[i * size + i]).reduce(
          (sum, value) => sum + value,
          0,
        );
        for (let i = 0; i < size; i++) {
          for (let j = 0; j < size; j++) {
            let sum = 0;
            for (let k = 0; k < size; k++) {
              const damped = matrix[k * size + j] + (k === j ? (0.01 * trace) / size : 0);
              for (let r = 0; r < size; r++) sum += factor[r * size + i] * factor[r * size + k] * damped;
            }
            expect(sum).toBeCloseTo(i === j ? 1 : 0, 5);
            if (j < i) expect(factor[i * size + j]).toBe(0);
          }
        }
      }),
    );
  });

  it("exists for inputs that never move", () => {
    expect([...invertedFactor(new Float64Array(9), 3)].every(Number.isFinite)).toBe(true);
  });
});

describe("rounding by the error of the output", () => {
  const DEPTH = 24;
  const CHANNELS = 6;

  it("is rounding to the nearest where inputs have nothing to do with each other", () => {
    fc.assert(
      fc.property(fc.nat(1000), fc.constantFrom(2, 3, 4, 8), (seed, bits) => {
        const values = weightsOf(DEPTH * CHANNELS, seed);
        const sums = new Float64Array(DEPTH * DEPTH).map((_, at) => (at % (DEPTH + 1) === 0 ? 3 : 0));
        const start = quantizeOnGrid(values, CHANNELS, "midTread", bits, "mse");
        const { integers, scale } = roundByOutputError(start, values, { groups: [sums], depth: DEPTH });
        integers.forEach((integer, at) => {
          expect(integer).toBe(roundToGrid(values[at] / scale[Math.floor(at / DEPTH)], "midTread", bits));
        });
      }),
    );
  });

  it("errs less than that in the output where they go together, at every width", () => {
    for (const width of ["ternary", 2, 3, 4, 8] as const) {
      let ratio = 0;
      for (let seed = 1; seed <= 20; seed++) {
        const values = weightsOf(DEPTH * CHANNELS, seed);
        const moments: SecondMoments = { groups: [correlated(DEPTH, seed + 100)], depth: DEPTH };
        const error = (rounded: SecondMoments | undefined) =>
          outputError(quantizeWeights(values, CHANNELS, width, "mse", rounded), values, moments);
        ratio += error(moments) / error(undefined) / 20;
      }
      expect(ratio).toBeLessThan(0.8);
    }
  });
});

describe("second moments", () => {
  const graph = separableGraph(TOY_CLASSES);
  const separable: FloatModel = { graph, weights: toyWeights(graph, 4), facts: {} };

  it.each([
    ["a residual network", toyModel(3)],
    ["one with depthwise convs", separable],
    ["a transformer", toyHubert(5)],
  ])("tell the squared error of what every layer of %s sums up", (_, model) => {
    const crops = toyRecords(2, 1).map(({ samples }) => samples.subarray(0, 2600));
    const all = crops.map((samples) => forward(model.graph, nodeWeights(model), samples));
    const tensors = new Map(
      [INPUT, ...model.graph.nodes.map(({ name }) => name)].map((name) => [
        name,
        all.map((crop) => crop.get(name) as Rows),
      ]),
    );
    const moments = inputMoments(model.graph, tensors);
    for (const node of model.graph.nodes.filter(isWeighted)) {
      const { values, outChannels } = layerWeights(model).get(node.name) as LayerWeights;
      const integers = quantizeOnGrid(values, outChannels, "midTread", 3, "mse");
      const told = outputError(integers, values, moments.get(node.name) as SecondMoments);
      const summed = summedError(node, tensors.get(node.input) as Rows[], values, dequantize(integers));
      expect(told / summed).toBeCloseTo(1, 3);
    }
  });
});

function summedError(node: WeightedNode, inputs: readonly Rows[], exact: Float32Array, rounded: Float32Array): number {
  return inputs.reduce((sum, input) => {
    const before = rawSums(node, input, exact).data;
    return rawSums(node, input, rounded).data.reduce((total, value, at) => total + (value - before[at]) ** 2, sum);
  }, 0);
}
