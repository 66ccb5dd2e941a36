import * as tf from "@tensorflow/tfjs";
import { beforeAll, describe, expect, it } from "vitest";
import { resnet1d } from "../../tools/graph/resnet1d.ts";
import { selectBackend } from "../../tools/train/backends.ts";
import { packCheckpoint, unpackCheckpoint } from "../../tools/train/checkpoint.ts";
import type { TrainProgress } from "../../tools/train/epoch.ts";
import type { TrainOptions } from "../../tools/train/options.ts";
import { copyWeights, type TrainingState } from "../../tools/train/state.ts";
import { train } from "../../tools/train/train.ts";
import { separableGraph } from "../cases/separable-graph.ts";
import { sineRecords, tinyGraph } from "./signals.ts";

const graph = tinyGraph();
const records = sineRecords(48, 1);
const validation = sineRecords(12, 2);
const options: Partial<TrainOptions> = { epochs: 4, batchSize: 8, learningRate: 1e-2 };

/** Of two classes with as many records. */
const CHANCE = 0.5;

beforeAll(async () => {
  await selectBackend();
});

/** A checkpoint as a file would keep it: later training must not reach into it. */
function saved(state: TrainingState): TrainingState {
  const { tensors, facts } = packCheckpoint(state);
  return unpackCheckpoint({ tensors: copyWeights(tensors), facts: JSON.parse(JSON.stringify(facts)) });
}

describe("train", () => {
  it("learns to tell slow sines from fast ones, and says so in its facts", async () => {
    const { model, validation: score } = await train({ graph, train: records, validation, options });
    expect(score.accuracyInterval[0]).toBeGreaterThan(CHANCE);
    const history = model.facts.history as { loss: number }[];
    expect(history.map(({ loss }) => loss)).toHaveLength(4);
    expect(history[3].loss).toBeLessThan(history[0].loss);
    expect(model.facts).toMatchObject({
      recipe: { ...options, seed: 1 },
      trainingRecords: 48,
      validation: { records: 12 },
    });
    expect(JSON.parse(JSON.stringify(model.facts))).toEqual(model.facts);
  });

  it("gives the same bits for the same seed, others for another", async () => {
    const run = (seed: number) =>
      train({ graph, train: records, validation, options: { ...options, epochs: 1, seed } });
    const [first, again, other] = [await run(1), await run(1), await run(2)];
    expect(again.model).toEqual(first.model);
    expect(other.model.weights).not.toEqual(first.model.weights);
  });

  it("draws other crops in every epoch", async () => {
    // At this rate the weights stand still, so that only the draws move the loss.
    const { model } = await train({
      graph,
      train: records,
      validation,
      options: { ...options, epochs: 2, learningRate: 1e-30 },
    });
    const [first, second] = model.facts.history as { loss: number }[];
    expect(first.loss).not.toBe(second.loss);
  });

  it.each([
    ["one-cycle", undefined],
    ["plateau", { kind: "plateau", factor: 0.5, patience: 1 }],
  ] as const)("resumes to the same bits as an uninterrupted run (%s)", async (_, schedule) => {
    const recipe = schedule ? { ...options, schedule } : options;
    const states: TrainingState[] = [];
    const whole = await train({
      graph,
      train: records,
      validation,
      options: recipe,
      onCheckpoint: (state) => void states.push(saved(state)),
    });
    const resumed = await train({ graph, train: records, validation, options: recipe, resume: states[1] });
    expect(resumed.model).toEqual(whole.model);
  });

  it("holds no tensor from one step to the next", async () => {
    const counts: number[] = [];
    await train({
      graph,
      train: records,
      validation,
      options: { ...options, epochs: 2 },
      onProgress: () => void counts.push(tf.memory().numTensors),
    });
    expect(new Set(counts).size).toBe(1);
    expect(tf.memory().numTensors).toBe(counts[0]);
  });

  it("reports every step, and the metric from the second epoch on", async () => {
    const seen: TrainProgress[] = [];
    await train({
      graph,
      train: records,
      validation,
      options: { ...options, epochs: 2 },
      onProgress: (p) => void seen.push(p),
    });
    expect(seen.map(({ epoch, step }) => [epoch, step])).toEqual(
      [1, 2].flatMap((e) => [1, 2, 3, 4, 5, 6].map((s) => [e, s])),
    );
    expect(seen.map(({ metric }) => metric !== null)).toEqual(seen.map(({ epoch }) => epoch > 1));
    expect(seen.at(-1)?.secondsLeft).toBe(0);
  });

  it("trains a symmetric one-window network with a flatten head", async () => {
    const flat = resnet1d({
      name: "flat",
      classes: graph.classes,
      kernel: 3,
      padding: "symmetric",
      dropout: 0.1,
      stem: { channels: 4, kernel: 7, stride: 8, maxPool: 2 },
      blocks: [{ channels: 4, stride: 2, dilation: 1 }],
      head: { kind: "flatten", windowSamples: 1024 },
    });
    const { validation: score } = await train({ graph: flat, train: records, validation, options });
    expect(score.accuracyInterval[0]).toBeGreaterThan(CHANCE);
  });

  it("trains depthwise-separable convs", async () => {
    const separable = separableGraph(graph.classes);
    const { validation: score } = await train({ graph: separable, train: records, validation, options });
    expect(score.accuracyInterval[0]).toBeGreaterThan(CHANCE);
  });

  it("refuses empty sets, unknown labels and options out of range", async () => {
    await expect(train({ graph, train: [], validation })).rejects.toThrow("the training set has no records");
    await expect(train({ graph, train: records, validation: [] })).rejects.toThrow("the validation set has no records");
    await expect(train({ graph: tinyGraph(["slow", "other"]), train: records, validation })).rejects.toThrow(
      "training record sine-1 is labelled fast; classes: slow, other",
    );
    await expect(train({ graph, train: records, validation, options: { epochs: 0 } })).rejects.toThrow(
      "epochs must be",
    );
    await expect(train({ graph, train: records, validation, options: { learningRate: Number.NaN } })).rejects.toThrow(
      "learningRate",
    );
  });
});
