import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { writeSafetensors } from "../../../tools/export/safetensors/safetensors-format.ts";
import { importStateDict } from "../../../tools/export/state-dict/import-state-dict.ts";
import { buildGraph } from "../../../tools/graph/families.ts";
import type { Graph } from "../../../tools/graph/graph.ts";
import { hubert } from "../../../tools/graph/hubert.ts";
import type { FloatModel, Tensor } from "../../../tools/graph/model.ts";
import { SeededRandom } from "../../../tools/random/random.ts";
import { selectBackend } from "../../../tools/train/backends.ts";
import { predict } from "../../../tools/train/predict.ts";
import { draws } from "../../properties/draws.ts";
import { hubertLogits } from "../../reference/hubert.ts";
import { type CheckpointForm, checkpointOf, PUBLISHED, randomHubert } from "./hubert-checkpoint.ts";
import { stateDictOf } from "./state-dict.ts";

const folder = mkdtempSync(join(tmpdir(), "import-hubert-"));
const path = join(folder, "checkpoint.safetensors");
afterAll(() => rmSync(folder, { recursive: true }));
beforeAll(async () => {
  await selectBackend();
});

const CLASSES = ["a", "b", "c"];
/** The published network in small. */
const graph = hubert({
  ...{ name: "little", classes: CLASSES, convChannels: 24, width: 32, blocks: 2, heads: 2, hidden: 40 },
  positionKernel: 8,
  sequence: { kind: "oneWindow", samples: 600 },
});
const CONFIG = { heads: 2, strides: [4, 2, 2, 2, 2], positionGroups: 16, firstNorm: "group" } as const;
/** The names that are published for it. */
const NAMES = [...checkpointOf(randomHubert(graph, 1), PUBLISHED).keys()];

function imported(tensors: ReadonlyMap<string, Tensor>, into: Graph = graph): FloatModel {
  writeSafetensors(path, { tensors, metadata: { format: "pt" } });
  return importStateDict(path, into);
}

/** Random numbers under the published names: no network of ours made them. */
function randomCheckpoint(form: CheckpointForm, seed: number): Map<string, Tensor> {
  const random = new SeededRandom(seed);
  const checkpoint = checkpointOf(randomHubert(graph, seed), form);
  for (const [name, { shape, data }] of checkpoint) {
    checkpoint.set(name, { shape, data: data.map((value) => value + 0.02 * random.normal()) });
  }
  return checkpoint;
}

const bare = (checkpoint: ReadonlyMap<string, Tensor>, prefix: string) =>
  new Map(
    [...checkpoint].map(([name, tensor]) => [name.startsWith(prefix) ? name.slice(prefix.length) : name, tensor]),
  );

describe("a published HuBERT checkpoint", () => {
  it.each<CheckpointForm>([
    PUBLISHED,
    { weightNorm: "plain", prefix: "" },
    { weightNorm: "parametrizations", prefix: "hubert_ecg." },
    { weightNorm: "plain", prefix: "hubert_ecg." },
  ])("computes what the plain reference makes of it ($weightNorm, prefix '$prefix')", (form) => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1e6 }), (seed) => {
        const checkpoint = randomCheckpoint(form, seed);
        const random = new SeededRandom(seed + 1);
        const samples = Int16Array.from({ length: 600 }, () => 700 * random.normal());
        const [{ mean }] = predict(imported(checkpoint), [{ name: "noise", samples }]);
        const millivolts = Array.from(samples, (count) => count / 1000);
        const expected = hubertLogits(bare(checkpoint, form.prefix), CONFIG, millivolts);
        expected.forEach((logit, index) => {
          expect(Math.abs(mean[index] - logit)).toBeLessThan(1e-4);
        });
      }),
      { numRuns: draws(4) },
    );
  });

  it("has the names that are published", () => {
    const layer = "encoder.layers.1";
    for (const name of [
      "feature_extractor.conv_layers.4.conv.weight",
      "feature_extractor.conv_layers.0.layer_norm.bias",
      "feature_projection.layer_norm.weight",
      "feature_projection.projection.bias",
      "encoder.pos_conv_embed.conv.parametrizations.weight.original0",
      "encoder.pos_conv_embed.conv.bias",
      "encoder.layer_norm.weight",
      `${layer}.attention.q_proj.weight`,
      `${layer}.attention.out_proj.bias`,
      `${layer}.layer_norm.weight`,
      `${layer}.feed_forward.intermediate_dense.weight`,
      `${layer}.feed_forward.output_dense.bias`,
      `${layer}.final_layer_norm.weight`,
    ]) {
      expect(NAMES).toContain(name);
    }
    const shapes = checkpointOf(randomHubert(graph, 1), { weightNorm: "plain", prefix: "" });
    expect(shapes.get("encoder.pos_conv_embed.conv.weight_g")?.shape).toEqual([1, 1, 8]);
    expect(shapes.get("encoder.pos_conv_embed.conv.weight_v")?.shape).toEqual([32, 2, 8]);
    expect(shapes.get("encoder.layers.0.feed_forward.intermediate_dense.weight")?.shape).toEqual([40, 32]);
  });

  it("may have what pretraining alone needs, which is named as left out, and no classifier", () => {
    const checkpoint = randomCheckpoint(PUBLISHED, 3);
    checkpoint.delete("classifier.weight");
    checkpoint.delete("classifier.bias");
    const pretraining = ["masked_spec_embed", "final_proj.0.weight", "final_proj.0.bias", "label_embedding.0.weight"];
    for (const name of pretraining) checkpoint.set(name, { shape: [1], data: Float32Array.of(Number.NaN) });
    const { facts, weights } = imported(checkpoint);
    expect(facts).toMatchObject({ leftOut: pretraining, hasClassifier: false });
    expect(weights.get("head.weight")).toEqual({ shape: [32, 3], data: new Float32Array(96) });
  });

  it.each<[string, (checkpoint: Map<string, Tensor>) => void, string]>([
    ...NAMES.map((name): [string, (checkpoint: Map<string, Tensor>) => void, string] => [
      `without ${name}`,
      (checkpoint) => checkpoint.delete(name),
      `tensor ${name} is missing`,
    ]),
    [
      "without the gain of weight-norm",
      (checkpoint) => checkpoint.delete("encoder.pos_conv_embed.conv.parametrizations.weight.original0"),
      "original0 is missing, expected shape [1,1,8]",
    ],
    [
      "with another conv",
      (checkpoint) =>
        checkpoint.set("feature_extractor.conv_layers.5.conv.weight", { shape: [1], data: Float32Array.of(1) }),
      "tensor feature_extractor.conv_layers.5.conv.weight: found shape [1], expected no such tensor in little",
    ],
    [
      "with conv biases",
      (checkpoint) =>
        checkpoint.set("feature_extractor.conv_layers.0.conv.bias", { shape: [1], data: Float32Array.of(1) }),
      "tensor feature_extractor.conv_layers.0.conv.bias: found shape [1], expected no such tensor",
    ],
    [
      "of another width",
      (checkpoint) =>
        checkpoint.set("feature_projection.projection.weight", { shape: [48, 24], data: new Float32Array(48 * 24) }),
      "tensor feature_projection.projection.weight, shape: found [48,24], expected [32,24]",
    ],
    [
      "with a NaN",
      (checkpoint) => checkpoint.get("encoder.layer_norm.bias")?.data.fill(Number.NaN, 5, 6),
      "tensor encoder.layer_norm.bias, element 5: found NaN, expected a finite number",
    ],
    [
      "with a dead tap",
      (checkpoint) => {
        const { data } = checkpoint.get("encoder.pos_conv_embed.conv.parametrizations.weight.original1") as Tensor;
        for (let at = 3; at < data.length; at += 8) data[at] = 0;
      },
      "original1: tap 3 is zero, and weight-norm divides by its length",
    ],
    [
      "with a tensor twice",
      (checkpoint) => {
        const named = [...checkpoint];
        checkpoint.clear();
        for (const [name, tensor] of named) checkpoint.set(`hubert_ecg.${name}`, tensor);
        checkpoint.set("encoder.layer_norm.bias", { shape: [1], data: Float32Array.of(1) });
      },
      "tensor encoder.layer_norm.bias stands twice, with and without its prefix",
    ],
  ])("is refused %s", (_, change, sentence) => {
    const checkpoint = new Map(
      [...checkpointOf(randomHubert(graph, 4), PUBLISHED)].map(([name, { shape, data }]) => [
        name,
        { shape, data: data.slice() },
      ]),
    );
    change(checkpoint);
    expect(() => imported(checkpoint)).toThrow(sentence);
  });

  it("is refused for another network", () => {
    const checkpoint = checkpointOf(randomHubert(graph, 4), PUBLISHED);
    expect(() => imported(checkpoint, buildGraph("hubert-nano", CLASSES))).toThrow(
      "tensor feature_extractor.conv_layers.0.conv.weight is of a HuBERT network: import it as hubert-small",
    );
  });
});

describe("a streaming HuBERT", () => {
  it("is imported by the names of its nodes, as any other network", () => {
    const model = randomHubert(buildGraph("hubert-nano", CLASSES), 2);
    const read = imported(stateDictOf(model), model.graph);
    expect(new Map([...read.weights].sort())).toEqual(new Map([...model.weights].sort()));
  });
});
