import { beforeAll, describe, expect, it } from "vitest";
import { buildGraph } from "../../tools/graph/families.ts";
import { type HubertOptions, hubert } from "../../tools/graph/hubert.ts";
import type { FloatModel } from "../../tools/graph/model.ts";
import { SeededRandom } from "../../tools/random/random.ts";
import { selectBackend } from "../../tools/train/backends.ts";
import { type Freeze, frozenNodes, isFrozen } from "../../tools/train/freeze.ts";
import { initWeights } from "../../tools/train/init-weights.ts";
import { initialWeights } from "../../tools/train/initialise.ts";
import { trainOptions } from "../../tools/train/recipe/checked-options.ts";
import { train } from "../../tools/train/train.ts";
import { randomHubert } from "../export/state-dict/hubert-checkpoint.ts";
import { sineRecords, tinyGraph } from "./signals.ts";

const OPTIONS: HubertOptions = {
  ...{ name: "little", classes: ["slow", "fast"], convChannels: 16, width: 16, blocks: 2, heads: 2, hidden: 24 },
  positionKernel: 4,
  sequence: { kind: "stream", hop: 4, warmup: 4 },
};
const graph = hubert(OPTIONS);
const pretrained: FloatModel = randomHubert(graph, 3);

beforeAll(async () => {
  await selectBackend();
});

const tuned = async (freeze: Freeze | null, workers = 1) => {
  const { model } = await train({
    graph,
    train: sineRecords(16, 1),
    validation: sineRecords(6, 2),
    init: initWeights(graph, pretrained),
    options: trainOptions({
      ...{ epochs: 1, batchSize: 8, cropSamples: 512, averageDecay: 0, calibrateBias: false },
      freeze,
      workers,
    }),
  });
  return model.weights;
};

describe("fine-tuning", () => {
  it.each<[Freeze, RegExp]>([
    ["conv", /^conv/],
    [0, /^(conv|project|position)/],
    [1, /^(conv|project|position|block1)/],
    [2, /^(conv|project|position|block)/],
  ])("with %s frozen moves all else, and not a bit of what is frozen", async (freeze, stays) => {
    const weights = await tuned(freeze);
    for (const [key, { data }] of pretrained.weights) {
      const isSame = data.every((value, index) => value === weights.get(key)?.data[index]);
      // softmax does not see what a key's bias adds to all scores alike: its gradient is rounding or nothing.
      if (!key.endsWith(".key.bias") || stays.test(key)) expect([key, isSame]).toEqual([key, stays.test(key)]);
    }
  });

  it("moves everything where nothing is frozen, running statistics too", async () => {
    const weights = await tuned(null);
    for (const key of ["conv0.weight", "conv0.mean", "position.weight", "block2.down.bias", "head.bias"]) {
      expect(weights.get(key)?.data).not.toEqual(pretrained.weights.get(key)?.data);
    }
  });

  it("freezes in every thread", async () => {
    const weights = await tuned(1, 2);
    for (const [key, { data }] of pretrained.weights) {
      if (isFrozen(key, frozenNodes(graph, 1))) expect(weights.get(key)?.data).toEqual(data);
    }
  });
});

describe("what a training starts from", () => {
  it("is another model, its head only for the same classes", () => {
    expect(initWeights(graph, pretrained)).toEqual(pretrained.weights);
    const others = hubert({ ...OPTIONS, classes: ["a", "b"] });
    expect(initWeights(others, pretrained).has("head.weight")).toBe(false);
    expect(initWeights(others, pretrained).size).toBe(pretrained.weights.size - 2);
  });

  it("must have all its tensors, in their shapes", () => {
    const wide = hubert({ ...OPTIONS, hidden: 32 });
    expect(() => initWeights(wide, pretrained)).toThrow(
      new RangeError("tensor block1.up.weight, shape: found [1,16,24], expected [1,16,32] of little"),
    );
    const tiny = tinyGraph();
    const other: FloatModel = { graph: tiny, weights: initialWeights(tiny, new SeededRandom(1)), facts: {} };
    expect(() => initWeights(graph, other)).toThrow("tensor conv0.weight is missing, which little starts from");
  });
});

describe("freezing", () => {
  it("counts the blocks of any network", () => {
    const edge = buildGraph("resnet1d-edge", ["a", "b"]);
    expect([...frozenNodes(edge, 1)]).toEqual(
      edge.nodes.map(({ name }) => name).filter((n) => /^(stem|block1)/.test(n)),
    );
    expect(frozenNodes(edge, null).size).toBe(0);
  });

  it.each<[Freeze, string]>([
    [6, "freeze: resnet1d-edge has 5 blocks, found 6"],
    ["conv", "freeze: resnet1d-edge has no convs before its tokens, give a number"],
  ])("refuses %s of another network", (freeze, sentence) => {
    expect(() => frozenNodes(buildGraph("resnet1d-edge", ["a", "b"]), freeze)).toThrow(new RangeError(sentence));
  });

  it("refuses half a block, and crops that make no token", async () => {
    const request = { graph, train: sineRecords(4, 1), validation: sineRecords(4, 2) };
    expect(() => trainOptions({ freeze: 0.5 })).toThrow("freeze must be conv or an integer");
    await expect(train({ ...request, options: trainOptions({ cropSamples: 81 }) })).rejects.toThrow(
      "little makes nothing of crops of 81 samples, it needs 82",
    );
  });
});
