import * as tf from "@tensorflow/tfjs";
import { beforeAll, describe, expect, it } from "vitest";
import { buildGraph } from "../../tools/graph/families.ts";
import { resnet1dEdge } from "../../tools/graph/resnet1d.ts";
import { weightShapes } from "../../tools/graph/weight-shapes.ts";
import { pretrainOptions } from "../../tools/pretrain/checked-options.ts";
import { packPretraining, unpackPretraining } from "../../tools/pretrain/checkpoint.ts";
import { pretrainingNetwork, tokenGrid } from "../../tools/pretrain/network.ts";
import type { PretrainOptions } from "../../tools/pretrain/options.ts";
import { latentPoints } from "../../tools/pretrain/points.ts";
import { type PretrainRequest, pretrain } from "../../tools/pretrain/pretrain.ts";
import {
  freshNetwork,
  iterationState,
  MASKED_TOKEN,
  type PretrainEpochRecord,
  type PretrainingState,
} from "../../tools/pretrain/state.ts";
import { type MaskedBatch, maskedGradients } from "../../tools/pretrain/step.ts";
import { SeededRandom } from "../../tools/random/random.ts";
import { selectBackend } from "../../tools/train/backends.ts";
import { copyWeights } from "../../tools/train/state.ts";
import { patchworkRecords, tinyHubert } from "./tiny-hubert.ts";

const graph = tinyHubert();
const network = pretrainingNetwork(graph);
const options: Partial<PretrainOptions> = {
  epochs: 2,
  batchSize: 8,
  cropSamples: 1000,
  clusters: 6,
  latentClusters: 5,
  mask: { share: 0.3, spanTokens: 2 },
};
const request: PretrainRequest = { graph, records: patchworkRecords(16, 1), options };

beforeAll(async () => {
  await selectBackend();
});

/** A checkpoint as a file would keep it: later training must not reach into it. */
function saved(state: PretrainingState): PretrainingState {
  const { tensors, facts } = packPretraining(state);
  return unpackPretraining({ tensors: copyWeights(tensors), facts: JSON.parse(JSON.stringify(facts)) });
}

describe("the pretraining network", () => {
  it("has a token every 64 samples, of 82: 79 in 10.24 s", () => {
    expect(tokenGrid(network, 5120)).toEqual({ tokens: 79, hopSamples: 64, centreSample: 41 });
    expect(tokenGrid(network, 82).tokens).toBe(1);
    expect(() => tokenGrid(network, 81)).toThrow(/crops of 81 samples are shorter than a token, 82/);
  });

  it.each([
    ["hubert-nano", 64, 2],
    ["hubert-micro", 96, 3],
    ["hubert-tiny", 128, 4],
    ["hubert-small", 512, 8],
  ])("takes %s apart: tokens of %i values, %i blocks, all but the head in two parts", (family, width, blocks) => {
    const parts = pretrainingNetwork(buildGraph(family, ["0", "1"]));
    expect(parts).toMatchObject({ width });
    expect(parts.blocks).toHaveLength(blocks);
    const { nodes } = parts.graph;
    expect([...parts.stem, ...parts.encoder]).toEqual(nodes.slice(0, nodes.length - 2));
    expect(parts.encoder[0].name).toBe("position");
    expect(tokenGrid(parts, 5120).tokens).toBe(79);
  });

  it("is made of a HuBERT alone", () => {
    expect(() => pretrainingNetwork(resnet1dEdge(["0", "1"]))).toThrow(
      "resnet1d-edge has no tokens that can be masked; only the hubert networks have",
    );
  });

  it("has as many hidden states as tokens, behind every block", () => {
    const weights = freshNetwork(network, pretrainOptions(options));
    for (const block of network.blocks) {
      const points = latentPoints(network, weights, block).of(new Float32Array(2 * 1000).map(Math.sin), 2);
      expect(points).toHaveLength(2 * tokenGrid(network, 1000).tokens * 16);
      expect(points.every(Number.isFinite)).toBe(true);
    }
  });
});

describe("a masked step", () => {
  const full = pretrainOptions(options);
  const { tokens } = tokenGrid(network, 1000);
  const codebook = {
    means: new Float32Array(1),
    scales: new Float32Array(1),
    set: { count: 6, width: 1, centres: new Float32Array(6) },
  };
  const state = iterationState(network, full, [], freshNetwork(network, full), { codebook, teacher: null });
  const random = new SeededRandom(3);
  const signals = Float32Array.from({ length: 2 * 1000 }, () => random.normal());
  const clusters = Int32Array.from({ length: 2 * tokens }, () => random.integer(6));
  const batch: MaskedBatch = { size: 2, signals, clusters, mask: new Uint8Array(2 * tokens).fill(1, 4, 7) };

  it("moves what hears, masks and predicts, and leaves the head alone", () => {
    const { gradients } = maskedGradients(network, state.weights, batch);
    const moved = [...gradients].filter(([, gradient]) => gradient.some((value) => value !== 0)).map(([key]) => key);
    const still = [...state.weights.keys()].filter((key) => !moved.includes(key));
    // A key's bias adds the same to every score of a query: the softmax takes it away, but for rounding.
    const cannotMove = (key: string) => key.endsWith(".key.bias");
    expect(still.filter((key) => !cannotMove(key))).toEqual([
      "conv0.mean",
      "conv0.variance",
      "head.weight",
      "head.bias",
    ]);
    expect(moved).toContain(MASKED_TOKEN);
  });

  it("hides the signal under a mask: with every token masked the guesses are of their places alone", () => {
    const all = { ...batch, mask: new Uint8Array(2 * tokens).fill(1) };
    const { guesses, loss } = maskedGradients(network, state.weights, all);
    expect(guesses.slice(0, tokens)).toEqual(guesses.slice(tokens));
    const other = { ...all, signals: signals.map((value) => -2 * value) };
    expect(maskedGradients(network, state.weights, other).loss).toBe(loss);
  });

  it("leaves no tensor behind", () => {
    maskedGradients(network, state.weights, batch);
    const before = tf.memory().numTensors;
    for (let i = 0; i < 5; i++) {
      maskedGradients(network, state.weights, batch);
      latentPoints(network, state.weights, network.blocks[0]).of(signals, 2);
    }
    expect(tf.memory().numTensors).toBe(before);
  });
});

describe("pretrain", () => {
  it("learns to guess masked tokens from those around them, and says so in its facts", async () => {
    const { model, collapse } = await pretrain({
      ...request,
      records: patchworkRecords(64, 1),
      options: { ...options, cropSamples: 2000, epochs: 15, learningRate: 5e-3 },
    });
    const { history, ...facts } = model.facts.pretraining as { history: PretrainEpochRecord[] };
    const [first, last] = [history[0], history[14]];
    expect(last.loss).toBeLessThan(first.loss);
    // Better than the best that one guess for all could do, by its largest share and by its perplexity.
    expect(last.accuracy).toBeGreaterThan(last.labels.largestShare);
    expect(last.loss).toBeLessThan(Math.log(last.labels.perplexity));
    expect(last.guesses.used).toBeGreaterThan(1);
    expect(collapse).toBeNull();
    expect(facts).toMatchObject({ records: 64, clusters: 6, features: "mfcc", collapse: null });
    expect(JSON.parse(JSON.stringify(model.facts))).toEqual(model.facts);
  });

  it("gives the weights that the network has, and no others", async () => {
    const { model } = await pretrain({ ...request, options: { ...options, epochs: 1 } });
    expect([...model.weights].map(([key, { shape }]) => [key, shape])).toEqual([...weightShapes(graph)]);
  });

  it("gives the same bits for the same seed, others for another", async () => {
    const run = (seed: number) => pretrain({ ...request, options: { ...options, epochs: 1, seed } });
    const [first, again, other] = [await run(1), await run(1), await run(2)];
    expect(again.model).toEqual(first.model);
    expect(other.model.weights).not.toEqual(first.model.weights);
  });

  it("trains a network with a window on crops of that window, whatever the crops of others", async () => {
    const window = { ...request, graph: tinyHubert({ kind: "oneWindow", samples: 1000 }) };
    const run = (cropSamples: number) => pretrain({ ...window, options: { ...options, epochs: 1, cropSamples } });
    const [first, other] = [await run(2000), await run(3000)];
    expect(other.model.weights).toEqual(first.model.weights);
    expect((first.model.facts.pretraining as { history: PretrainEpochRecord[] }).history[0].loss).toBeLessThan(10);
  });

  it("clusters the hidden states of the middle block in the second iteration, and goes on from its weights", async () => {
    const states: PretrainingState[] = [];
    const told: number[] = [];
    await pretrain({
      ...request,
      options: { ...options, iterations: 2, epochs: 1 },
      onClusters: (iteration, { usage }) => told.push(iteration, usage.clusters),
      onCheckpoint: (state) => void states.push(saved(state)),
    });
    expect(told).toEqual([1, 6, 2, 5]);
    const [first, second] = states;
    expect(first.targets.teacher).toBeNull();
    expect(second.targets.codebook.set).toMatchObject({ count: 5, width: 16 });
    const teacher = second.targets.teacher as NonNullable<typeof second.targets.teacher>;
    for (const [key, tensor] of teacher) expect(tensor).toEqual(first.weights.get(key));
    expect(second.history.map(({ iteration, epoch }) => [iteration, epoch])).toEqual([
      [1, 1],
      [2, 1],
    ]);
  });

  it.each([0, 1, 2])("resumes after epoch %i of four in two iterations to the same bits", async (index) => {
    const twice = { ...request, options: { ...options, iterations: 2 } };
    const states: PretrainingState[] = [];
    const whole = await pretrain({ ...twice, onCheckpoint: (state) => void states.push(saved(state)) });
    const resumed = await pretrain({ ...twice, resume: states[index] });
    expect(resumed.model).toEqual(whole.model);
  });

  it.each([
    ["seed", { seed: 5 }],
    ["masked share", { mask: { share: 0.6, spanTokens: 2 } }],
    ["span", { mask: { share: 0.3, spanTokens: 4 } }],
    ["features", { features: "time" }],
    ["clusters", { clusters: 4 }],
    ["crops of clusters", { clusterCrops: 5 }],
    ["projected", { projected: 3 }],
    ["warm-up", { warmupShare: 1 }],
    ["weight decay", { weightDecay: 0.5 }],
    ["gain, flip and stretch", { variation: { gainDeviation: 0, flipChance: 0, stretch: 0 } }],
  ] as const)("minds the %s", async (_, change) => {
    const run = (more: Partial<PretrainOptions>) =>
      pretrain({ ...request, options: { ...options, epochs: 1, ...more } });
    const [plain, changed] = [await run({}), await run(change)];
    expect(changed.model.weights).not.toEqual(plain.model.weights);
  });
});

describe("pretraining that cannot be", () => {
  it("resumed says which tensor of its checkpoint is missing", () => {
    const facts = { history: [], adamStep: 0 };
    expect(() => unpackPretraining({ tensors: new Map(), facts })).toThrow(/tensor codebook\/centres is missing/);
  });

  it.each([
    [{ records: [] }, /there are no records to pretrain on/],
    [{ options: { ...options, clusters: 5000 } }, /\d+ points cannot fill 5000 clusters/],
    [{ options: { ...options, clusters: 1 } }, /clusters must be an integer of 2 or more, not 1/],
    [{ options: { ...options, latentBlock: 3 } }, /latentBlock must be within 1 to 2 for tiny-hubert, not 3/],
    [{ options: { ...options, mask: { share: 0, spanTokens: 1 } } }, /masked share must be above 0, to 1, not 0/],
    [{ options: { ...options, cropSamples: 50 } }, /crops of 50 samples are shorter than a token/],
    [{ options: { ...options, learningRate: 1e30 } }, /the loss is NaN in iteration 1, epoch 1, step 2; lower/],
  ])("says so: %#", async (change, sentence) => {
    await expect(pretrain({ ...request, ...change })).rejects.toThrow(sentence);
  });

  it("says so where all tokens are alike", async () => {
    const flat = { name: "flat", label: "", samples: new Int16Array(3000) };
    await expect(pretrain({ ...request, records: [flat, flat] })).rejects.toThrow(
      /points have only 1 different values, too few for 6 clusters/,
    );
  });

  it("says so where nearly all tokens are in one cluster", async () => {
    const records = patchworkRecords(40, 2).map((record, index) =>
      index === 0 ? record : { ...record, samples: new Int16Array(2500) },
    );
    await expect(pretrain({ ...request, records, options: { ...options, clusters: 2 } })).rejects.toThrow(
      /^9\d.\d % of the tokens are in one cluster of 2: there is nothing to predict; are the records flat\?$/,
    );
  });

  it("says so where the network guesses one cluster for all", async () => {
    // With every token masked nothing is left to tell them apart by.
    const blind = { ...options, epochs: 10, learningRate: 1e-2, mask: { share: 1, spanTokens: 100 } };
    const { collapse, model } = await pretrain({ ...request, options: blind });
    expect(collapse).toMatch(/^pretraining has collapsed: \d+\.\d % of the guesses are in one cluster of 6, where the/);
    expect(model.facts.pretraining).toMatchObject({ collapse });
  });
});
