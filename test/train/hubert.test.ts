import * as tf from "@tensorflow/tfjs";
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { forward as plainForward } from "../../tools/forward/float-forward.ts";
import { nodeWeights } from "../../tools/forward/layer-weights.ts";
import { buildGraph } from "../../tools/graph/families.ts";
import type { Graph } from "../../tools/graph/graph.ts";
import { type HubertOptions, hubert } from "../../tools/graph/hubert.ts";
import { SeededRandom } from "../../tools/random/random.ts";
import { selectBackend } from "../../tools/train/backends.ts";
import { labelObjective } from "../../tools/train/gradients/objective.ts";
import { gradientsOf } from "../../tools/train/gradients/step.ts";
import { initialWeights } from "../../tools/train/initialise.ts";
import { predict, predictWith } from "../../tools/train/predict.ts";
import { trainOptions } from "../../tools/train/recipe/checked-options.ts";
import { train } from "../../tools/train/train.ts";
import { checkpointOf, PUBLISHED, randomHubert } from "../export/state-dict/hubert-checkpoint.ts";
import { draws } from "../properties/draws.ts";
import { gelu, type HubertConfig, hubertLogits } from "../reference/hubert.ts";
import { sineRecords } from "./signals.ts";

const CLASSES = ["slow", "fast"];
const TOLERANCE = 1e-4;
const CONFIG: HubertConfig = { heads: 2, strides: [4, 2, 2, 2, 2], positionGroups: 16, firstNorm: "group" };
const SHAPE = { classes: CLASSES, convChannels: 24, width: 32, blocks: 2, heads: 2, hidden: 40, positionKernel: 8 };

beforeAll(async () => {
  await selectBackend();
});

const oneWindow = (samples: number) =>
  hubert({ ...SHAPE, name: "window", sequence: { kind: "oneWindow", samples } } satisfies HubertOptions);
const streaming = hubert({ ...SHAPE, name: "stream", sequence: { kind: "stream", hop: 4, warmup: 16 } });

function noise(length: number, seed: number): Int16Array {
  const random = new SeededRandom(seed);
  return Int16Array.from({ length }, () => 700 * random.normal());
}

const millivolts = (samples: Int16Array) => Array.from(samples, (count) => count / 1000);

function expectClose(found: ArrayLike<number>, expected: ArrayLike<number>): void {
  expect(found.length).toBe(expected.length);
  for (let i = 0; i < expected.length; i++) expect(Math.abs(found[i] - expected[i])).toBeLessThan(TOLERANCE);
}

describe("the plain reference", () => {
  it("has gelu as tables of the normal distribution have it", () => {
    expect(gelu(0)).toBe(0);
    expect(gelu(1)).toBeCloseTo(0.841344746068543, 14);
    expect(gelu(-2)).toBeCloseTo(-2 * 0.0227501319481792, 14);
    expect(gelu(5)).toBeCloseTo(5 * (1 - 2.866515718791939e-7), 14);
  });
});

describe("a one-window HuBERT", () => {
  it("computes what the plain reference computes, window by window, in training's code and the quantizer's", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 1e6 }),
        fc.integer({ min: 150, max: 900 }),
        fc.integer({ min: 1, max: 3 }),
        (seed, windowSamples, windows) => {
          const model = randomHubert(oneWindow(windowSamples), seed);
          const checkpoint = checkpointOf(model, PUBLISHED);
          const samples = noise(windows * windowSamples + (seed % windowSamples), seed);
          const [{ decisions }] = predict(model, [{ name: "noise", samples }]);
          expect(decisions).toHaveLength(windows);
          decisions.forEach((logits, index) => {
            const window = samples.subarray(index * windowSamples, (index + 1) * windowSamples);
            expectClose(logits, hubertLogits(checkpoint, CONFIG, millivolts(window)));
            expectClose(plainForward(model.graph, nodeWeights(model), window).get("head")?.data ?? [], logits);
          });
        },
      ),
      { numRuns: draws(12) },
    );
  });

  it("computes it in the shapes of hubert-small", () => {
    const model = randomHubert(buildGraph("hubert-small", CLASSES), 7);
    const samples = noise(5120, 8);
    const [{ mean }] = predict(model, [{ name: "noise", samples }]);
    expectClose(mean, hubertLogits(checkpointOf(model, PUBLISHED), { ...CONFIG, heads: 8 }, millivolts(samples)));
  });
});

describe("a streaming HuBERT", () => {
  const model = randomHubert(streaming, 3);

  it("decides on the tokens that a decision takes, as on a record of their own", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 9000 }), (length) => {
        const samples = noise(length, length);
        const [{ decisions }] = predict(model, [{ name: "noise", samples }]);
        const tokens = Math.max(1, Math.floor((length - 82) / 64) + 1);
        expect(decisions).toHaveLength(Math.max(1, Math.floor((tokens - 16) / 4) + 1));
        const checked = new Set([0, Math.floor(decisions.length / 2), decisions.length - 1]);
        for (const index of checked) {
          const end = Math.min(tokens, 16 + 4 * index);
          const start = Math.max(0, end - 79);
          const seen = new Int16Array((end - start - 1) * 64 + 82);
          seen.set(samples.subarray(start * 64, start * 64 + seen.length));
          const config = { ...CONFIG, firstNorm: "batch" as const };
          expectClose(decisions[index], hubertLogits(checkpointOf(model, PUBLISHED), config, millivolts(seen)));
        }
      }),
      { numRuns: draws(8) },
    );
  });

  it("makes the decisions of the whole record, whatever the parts", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 12_000 }), fc.integer({ min: 1, max: 9 }), (length, partDecisions) => {
        const record = { name: "noise", samples: noise(length, length) };
        const [whole] = predictWith(streaming, model.weights, [record], Number.POSITIVE_INFINITY);
        const [parts] = predictWith(streaming, model.weights, [record], partDecisions);
        expect(parts.decisions.length).toBe(whole.decisions.length);
        parts.decisions.forEach((row, index) => {
          expectClose(row, whole.decisions[index]);
        });
      }),
      { numRuns: draws(12) },
    );
  });

  it("runs a crop's last decision alone in the quantizer's code", () => {
    const samples = noise(6000, 4);
    const [{ decisions }] = predict(model, [{ name: "noise", samples }]);
    const rows = plainForward(streaming, nodeWeights(model), samples);
    expectClose(rows.get("head")?.data ?? [], decisions.at(-1) ?? []);
    expect(rows.get("window")?.rows).toBe(79);
  });
});

describe.each([streaming, oneWindow(1024)])("training of a HuBERT ($name)", (graph) => {
  const records = sineRecords(48, 11);
  const validation = sineRecords(12, 12);
  const options = trainOptions({ epochs: 4, batchSize: 8, cropSamples: 1024, learningRate: 2e-3 });

  it("has the gradient that small steps have", () => {
    const weights = randomHubert(graph, 5).weights;
    const random = new SeededRandom(6);
    const batch = {
      size: 3,
      signals: Float32Array.from({ length: 3 * 1024 }, () => random.normal()),
      targets: { hard: Float32Array.of(1, 0, 0, 1, 1, 0), soft: null },
    };
    const noDropout = withoutDropout(graph);
    const run = (tensors: typeof weights) =>
      gradientsOf(labelObjective(noDropout), tensors, batch, new SeededRandom(1));
    const { gradients } = run(weights);
    // Along the gradient of one tensor at a time, where the loss moves most.
    for (const key of [
      "conv0.weight",
      "position.weight",
      "block1.query.bias",
      "block2.up.weight",
      "block1.norm.gamma",
    ]) {
      const gradient = gradients.get(key) as Float32Array;
      const length = Math.hypot(...gradient);
      const step = 1e-2;
      const moved = (sign: number) => {
        const { shape, data } = weights.get(key) as { shape: readonly number[]; data: Float32Array };
        const tensor = { shape, data: data.map((value, i) => value + (sign * step * gradient[i]) / length) };
        return run(new Map([...weights, [key, tensor]])).loss;
      };
      const slope = (moved(1) - moved(-1)) / (2 * step);
      expect(Math.abs(slope / length - 1), key).toBeLessThan(0.02);
    }
  });

  it("learns, holds no tensor, and gives the same bits for the same seed", async () => {
    const counts: number[] = [];
    const request = { graph, train: records, validation, options };
    const onProgress = () => void counts.push(tf.memory().numTensors);
    const { model, validation: score } = await train({ ...request, onProgress });
    expect(score.accuracyInterval[0]).toBeGreaterThan(0.5);
    expect(new Set(counts).size).toBe(1);
    expect((await train(request)).model).toEqual(model);
  });
});

describe("fresh weights", () => {
  it("give tokens that all blocks pass on, and logits near each other", () => {
    const graph = buildGraph("hubert-nano", CLASSES);
    const model = { graph, weights: initialWeights(graph, new SeededRandom(1)), facts: {} };
    const [{ decisions }] = predict(model, [{ name: "noise", samples: noise(6000, 1) }]);
    for (const logit of decisions.flatMap((row) => [...row])) expect(Math.abs(logit)).toBeLessThan(5);
  });
});

function withoutDropout(graph: Graph): Graph {
  return { ...graph, nodes: graph.nodes.map((node) => (node.op === "dense" ? { ...node, dropout: 0 } : node)) };
}
