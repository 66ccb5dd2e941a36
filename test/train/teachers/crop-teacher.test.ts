import * as tf from "@tensorflow/tfjs";
import { beforeAll, describe, expect, it } from "vitest";
import { forward } from "../../../tools/forward/float-forward.ts";
import { nodeWeights } from "../../../tools/forward/layer-weights.ts";
import { buildGraph } from "../../../tools/graph/families.ts";
import { INPUT_MILLIVOLTS_PER_COUNT } from "../../../tools/graph/model.ts";
import { SeededRandom } from "../../../tools/random/random.ts";
import { selectBackend } from "../../../tools/train/backends.ts";
import { askOnCrops, blockLoss, sharedBlocks } from "../../../tools/train/teachers/crop-teacher.ts";
import { toyHubert } from "../../quantize/toy-hubert.ts";
import { toyModel } from "../../quantize/toy-model.ts";
import { tinyGraph } from "../signals.ts";

// Ends with a decision over all of its columns.
const SAMPLES = 512;
const random = new SeededRandom(1);
const crops = [0, 1].map(() => Int16Array.from({ length: SAMPLES }, () => 300 * random.normal()));
const signals = Float32Array.from(
  crops.flatMap((crop) => [...crop].map((count) => count * INPUT_MILLIVOLTS_PER_COUNT)),
);

beforeAll(async () => {
  await selectBackend();
});

describe("a teacher asked on crops", () => {
  it.each([
    ["a residual network, which drops out in training alone", toyModel(3, { dropout: 0.5 })],
    ["a transformer", toyHubert(3)],
  ])("speaks as in inference: %s", (_, model) => {
    const last = model.graph.nodes[model.graph.nodes.length - 1].name;
    const expected = crops.flatMap((crop) => [
      ...(forward(model.graph, nodeWeights(model), crop).get(last)?.data ?? []),
    ]);
    const answer = tf.tidy(() => [...askOnCrops(model, tf.tensor3d(signals, [2, SAMPLES, 1])).logits.dataSync()]);
    expect(answer).toHaveLength(expected.length);
    answer.forEach((logit, i) => {
      expect(logit).toBeCloseTo(expected[i], 3);
    });
  });

  it("is heard at the ends of the blocks that it shares with the student", () => {
    const { graph } = toyModel(3);
    expect(sharedBlocks(graph, graph)).toEqual(["block1.add", "block2.add"]);
    expect(sharedBlocks(graph, tinyGraph())).toEqual([]);
    const [edge, plus] = ["resnet1d-edge", "resnet1d-plus"].map((name) => buildGraph(name, ["a", "b"]));
    expect(sharedBlocks(edge, plus)).toEqual([]);
  });

  it("is no distance from itself, 1 from silence and 4 from its opposite, block by block", () => {
    const rows = [1, -2, 3, 4, 0, 2];
    const asBlocks = (factors: readonly number[]) =>
      new Map(
        factors.map((factor, i) => [
          `b${i}`,
          tf.tensor3d(
            rows.map((row) => factor * row),
            [1, 3, 2],
          ),
        ]),
      );
    const lossOf = (factors: readonly number[]) =>
      tf.tidy(() => blockLoss(["b0", "b1"], asBlocks(factors), asBlocks([1, 5])).dataSync()[0]);
    expect(lossOf([1, 5])).toBe(0);
    expect(lossOf([0, 0])).toBeCloseTo(1, 5);
    expect(lossOf([-1, -5])).toBeCloseTo(4, 5);
    expect(lossOf([-1, 5])).toBeCloseTo(2, 5);
  });
});
