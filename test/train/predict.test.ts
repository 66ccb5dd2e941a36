import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import type { FloatModel } from "../../tools/graph/model.ts";
import { outputRows } from "../../tools/graph/output-rows.ts";
import { lastStreamNode, tensorShapes } from "../../tools/graph/shapes.ts";
import type { TensorShape } from "../../tools/graph/tensor-shape.ts";
import { SeededRandom } from "../../tools/random/random.ts";
import { selectBackend } from "../../tools/train/backends.ts";
import { initialWeights } from "../../tools/train/initialise.ts";
import { predict } from "../../tools/train/predict.ts";
import { draws } from "../properties/draws.ts";
import { tinyGraph } from "./signals.ts";

const graph = tinyGraph();
const model: FloatModel = { graph, weights: initialWeights(graph, new SeededRandom(1)), facts: {} };
const { strideSamples, lastSample } = tensorShapes(graph).get(lastStreamNode(graph)) as TensorShape;
const pool = graph.nodes.find(({ op }) => op === "averagePool");

beforeAll(async () => {
  await selectBackend();
});

const record = (samples: number, seed = 1) => {
  const random = new SeededRandom(seed);
  return {
    name: `noise-${samples}`,
    label: "slow",
    samples: Int16Array.from({ length: samples }, () => 500 * random.normal()),
  };
};

/** Lengths about the end of a column. */
const edges = fc
  .tuple(fc.integer({ min: 1, max: 140 }), fc.integer({ min: -2, max: 2 }))
  .map(([column, offset]) => column * strideSamples + offset);

describe("predict", () => {
  it("decides as often as the stream does, at least once, and averages the decisions", () => {
    fc.assert(
      fc.property(fc.oneof(fc.integer({ min: 1, max: 9000 }), edges), (samples) => {
        const [{ decisions, mean }] = predict(model, [record(samples)]);
        // A column is there with the last sample that it reads, which may come before the last of its stride.
        const columns = Math.floor((Math.max(samples, strideSamples) - 1 - lastSample) / strideSamples) + 1;
        expect(decisions).toHaveLength(outputRows(pool as never, columns));
        mean.forEach((logit, index) => {
          const sum = decisions.reduce((total, row) => total + row[index], 0);
          expect(logit).toBeCloseTo(sum / decisions.length, 4);
        });
      }),
      { numRuns: draws(60) },
    );
  });

  it("takes back no decision when more of the record comes in", () => {
    const whole = record(9000);
    const [{ decisions: all }] = predict(model, [whole]);
    const [{ decisions: some }] = predict(model, [{ ...whole, samples: whole.samples.subarray(0, 5000) }]);
    expect(some.length).toBeLessThan(all.length);
    some.forEach((row, index) => {
      row.forEach((logit, column) => {
        expect(logit).toBeCloseTo(all[index][column], 4);
      });
    });
  });

  it("keeps the records apart", () => {
    const records = [record(3000, 1), record(4000, 2)];
    expect(predict(model, records)).toEqual(records.flatMap((one) => predict(model, [one])));
  });
});
