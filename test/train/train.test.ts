import * as tf from "@tensorflow/tfjs";
import { beforeAll, describe, expect, it } from "vitest";
import { resnet1d } from "../../tools/graph/resnet1d.ts";
import { SeededRandom } from "../../tools/random/random.ts";
import { selectBackend } from "../../tools/train/backends.ts";
import { NO_AUGMENTATION } from "../../tools/train/batches/crops.ts";
import { hardTargets } from "../../tools/train/batches/targets.ts";
import { packCheckpoint, unpackCheckpoint } from "../../tools/train/checkpoint.ts";
import type { TrainProgress } from "../../tools/train/epoch.ts";
import { labelObjective } from "../../tools/train/gradients/objective.ts";
import { gradientsOf } from "../../tools/train/gradients/step.ts";
import { initialWeights } from "../../tools/train/initialise.ts";
import { trainOptions } from "../../tools/train/recipe/checked-options.ts";
import { DEFAULT_TRAIN_OPTIONS, type TrainOptions } from "../../tools/train/recipe/options.ts";
import { PAPER_RECIPE } from "../../tools/train/recipe/paper-recipe.ts";
import { copyWeights, type EpochRecord, type TrainingState } from "../../tools/train/state.ts";
import { askTeacher } from "../../tools/train/teachers/teachers.ts";
import { type TrainRequest, train } from "../../tools/train/train.ts";
import { separableGraph } from "../cases/separable-graph.ts";
import { sineRecords, tinyGraph } from "./signals.ts";

const graph = tinyGraph();
const records = sineRecords(48, 1);
const validation = sineRecords(12, 2);
/** The paper's plainness at a pace that suits the test. */
const options = trainOptions({
  ...PAPER_RECIPE,
  epochs: 4,
  batchSize: 8,
  learningRate: 1e-2,
  schedule: DEFAULT_TRAIN_OPTIONS.schedule,
  calibrateBias: true,
});

/** Every option of a recipe that the paper's has not, on. */
const EVERYTHING: Partial<TrainOptions> = {
  cropSamples: 2000,
  augmentation: {
    ...NO_AUGMENTATION,
    gainDeviation: 0.3,
    flipChance: 0.2,
    stretch: 0.1,
    noiseChance: 0.5,
    maskSamples: 500,
  },
  classWeightPower: 1,
  samplingPower: 0.5,
  labelSmoothing: 0.1,
  mixupAlpha: 0.3,
  dropout: 0.5,
  averageDecay: 0.9,
  keep: "last",
  distillation: { weight: 0.7, temperature: 3 },
  freeze: 1,
};

/** The accuracy of guessing between two classes with as many records. */
const CHANCE = 0.5;

beforeAll(async () => {
  await selectBackend();
});

/** A checkpoint as a file would keep it: later training must not reach into it. */
function saved(state: TrainingState): TrainingState {
  const { tensors, facts } = packCheckpoint(state);
  return unpackCheckpoint({ tensors: copyWeights(tensors), facts: JSON.parse(JSON.stringify(facts)) });
}

describe("a training step", () => {
  it("leaves no tensor behind in 500", () => {
    const weights = initialWeights(graph, new SeededRandom(1));
    const batch = {
      size: 2,
      signals: Float32Array.from({ length: 2 * 256 }, (_, i) => Math.sin(i)),
      targets: { hard: hardTargets([0, 1], [1, 1], 0), soft: null },
    };
    const step = () => gradientsOf(labelObjective(graph), weights, batch, new SeededRandom(2));
    step();
    const tensors = tf.memory().numTensors;
    for (let i = 0; i < 500; i++) step();
    expect(tf.memory().numTensors).toBe(tensors);
  });
});

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
    ["one-cycle", {}],
    ["plateau", { schedule: { kind: "plateau", factor: 0.5, patience: 1 } }],
    ["all that a recipe may have", EVERYTHING],
  ] as const)("resumes to the same bits as an uninterrupted run (%s)", async (_, change) => {
    const request: TrainRequest = {
      graph,
      train: records,
      validation,
      options: { ...options, ...change },
      noise: { description: "two tones", signals: [Int16Array.of(5, -5), Int16Array.of(9, 0, -9)] },
      teachers:
        "distillation" in change
          ? [askTeacher({ graph, weights: initialWeights(graph, new SeededRandom(9)), facts: {} }, records)]
          : [],
    };
    const states: TrainingState[] = [];
    const whole = await train({ ...request, onCheckpoint: (state) => void states.push(saved(state)) });
    const resumed = await train({ ...request, resume: states[1] });
    expect(resumed.model).toEqual(whole.model);
  });

  it.each(Object.entries(EVERYTHING))("minds the recipe's %s", async (name, value) => {
    const run = (change: Partial<TrainOptions>) =>
      train({
        graph,
        // More fast ones than slow ones: what balances classes has something to do.
        train: records.filter((_, index) => index % 4 !== 0),
        validation,
        options: { ...options, epochs: 2, ...change },
        noise: { description: "a tone", signals: [Int16Array.of(5, -5)] },
        teachers:
          name === "distillation"
            ? [askTeacher({ graph, weights: initialWeights(graph, new SeededRandom(9)), facts: {} }, records)]
            : [],
      });
    const unlike = name === "distillation" ? { distillation: { weight: 0, temperature: 1 } } : {};
    const [plain, changed] = [await run(unlike), await run({ [name]: value })];
    if (name === "keep") expect(changed.model.facts.keptEpoch).toBe(2);
    else expect(changed.model.weights).not.toEqual(plain.model.weights);
  });

  it("decides by the average of the weights where it keeps one, and by the last epoch where told", async () => {
    const states: TrainingState[] = [];
    const { model, validationLogits } = await train({
      graph,
      train: records,
      validation,
      options: { ...options, averageDecay: 0.9, keep: "last", calibrateBias: false },
      onCheckpoint: (state) => void states.push(saved(state)),
    });
    const last = states[3];
    expect(model.facts.keptEpoch).toBe(4);
    expect(model.weights).toEqual(last.average);
    expect(last.weights).not.toEqual(last.average);
    expect(validationLogits.map(({ name }) => name)).toEqual(validation.map(({ name }) => name));
  });

  it("validates every so many epochs and the last, and keeps the best of those", async () => {
    const run = (change: Partial<TrainOptions>) =>
      train({ graph, train: records, validation, options: { ...options, epochs: 5, keep: "best", ...change } });
    const historyOf = (facts: Readonly<Record<string, unknown>>) => facts.history as readonly EpochRecord[];
    const [always, rarely] = [await run({}), await run({ validateEvery: 2 })];
    expect(historyOf(rarely.model.facts)).toEqual(
      historyOf(always.model.facts).map((record) =>
        [2, 4, 5].includes(record.epoch) ? record : { ...record, metric: null, validationLoss: null },
      ),
    );
    expect([2, 4, 5]).toContain(rarely.model.facts.keptEpoch);
  });

  it("learns from teachers alone", async () => {
    const { model: teacher } = await train({ graph, train: records, validation, options });
    const strangers = records.map((record) => ({ ...record, label: "slow" }));
    const { validation: score } = await train({
      graph,
      train: strangers,
      validation,
      teachers: [askTeacher(teacher, strangers)],
      options: { ...options, distillation: { weight: 1, temperature: 2 } },
    });
    expect(score.accuracyInterval[0]).toBeGreaterThan(CHANCE);
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
    await expect(train({ graph, train: [], validation, options })).rejects.toThrow("the training set has no records");
    await expect(train({ graph, train: records, validation: [], options })).rejects.toThrow(
      "the validation set has no records",
    );
    await expect(train({ graph: tinyGraph(["slow", "other"]), train: records, validation, options })).rejects.toThrow(
      "training record sine-1 is labelled fast; classes: slow, other",
    );
    expect(() => trainOptions({ epochs: 0 })).toThrow("epochs must be");
    expect(() => trainOptions({ learningRate: Number.NaN })).toThrow("learningRate");
    const noisy = { ...DEFAULT_TRAIN_OPTIONS.augmentation, noiseChance: 0.5 };
    await expect(
      train({ graph, train: records, validation, options: { ...options, augmentation: noisy } }),
    ).rejects.toThrow("the recipe adds noise, but none is given");
    expect(() => trainOptions({ averageDecay: 1 })).toThrow("averageDecay must be within 0 to 0.99999, not 1");
  });
});
