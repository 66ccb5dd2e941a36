import { Buffer } from "node:buffer";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { writeSafetensors } from "../../../tools/export/safetensors/safetensors-format.ts";
import { importStateDict } from "../../../tools/export/state-dict/import-state-dict.ts";
import { forward } from "../../../tools/forward/float-forward.ts";
import { foldBatchNorm, layerWeights } from "../../../tools/forward/layer-weights.ts";
import { buildGraph } from "../../../tools/graph/families.ts";
import type { Conv1dNode, ConvNode, DepthwiseConv1dNode, Graph } from "../../../tools/graph/graph.ts";
import type { FloatModel, Tensor } from "../../../tools/graph/model.ts";
import { draws } from "../../properties/draws.ts";
import { randomModel, stateDictOf } from "./state-dict.ts";

const folder = mkdtempSync(join(tmpdir(), "state-dict-"));
const path = join(folder, "weights.safetensors");
afterAll(() => rmSync(folder, { recursive: true }));

const EDGE = buildGraph("resnet1d-edge", ["N", "A", "O", "~"]);
const FIRST: Conv1dNode = {
  op: "conv1d",
  name: "first",
  input: "input",
  outChannels: 3,
  kernel: 4,
  stride: 2,
  dilation: 1,
  padLeft: 1,
  padRight: 2,
  bias: true,
  batchNorm: false,
  activation: "relu",
};
const EACH: DepthwiseConv1dNode = {
  op: "depthwiseConv1d",
  name: "each",
  input: "first",
  kernel: 3,
  stride: 1,
  dilation: 1,
  padLeft: 2,
  padRight: 0,
  bias: true,
  batchNorm: false,
  activation: "relu",
};
const SECOND: Conv1dNode = {
  ...FIRST,
  name: "deep.second",
  input: "each",
  outChannels: 5,
  kernel: 3,
  stride: 1,
  dilation: 2,
  padLeft: 4,
  padRight: 0,
  bias: false,
  batchNorm: true,
};
const WINDOW = 32;
const COLUMNS = 16;
/** A conv, a depthwise conv, a conv and a flatten head. */
const FLATTEN: Graph = {
  name: "flatten",
  classes: ["a", "b"],
  sampleRateHz: 500,
  windowSamples: WINDOW,
  nodes: [
    FIRST,
    EACH,
    SECOND,
    { op: "dense", name: "head", input: "deep.second", outFeatures: 2, columns: COLUMNS, dropout: 0 },
  ],
};

function imported(graph: Graph, tensors: ReadonlyMap<string, Tensor>): FloatModel {
  writeSafetensors(path, { tensors, metadata: { format: "pt" } });
  return importStateDict(path, graph);
}

function edgeDict(change: (dict: Map<string, Tensor>) => void): ReadonlyMap<string, Tensor> {
  const dict = stateDictOf(randomModel(EDGE, 1));
  change(dict);
  return dict;
}

/** A file of tensors of one dtype, given as bytes. */
function writeRaw(tensors: readonly { name: string; dtype: string; shape: readonly number[]; bytes: Buffer }[]): void {
  let end = 0;
  const header = tensors.map(({ name, dtype, shape, bytes }) => {
    end += bytes.length;
    return [name, { dtype, shape, data_offsets: [end - bytes.length, end] }];
  });
  const json = Buffer.from(JSON.stringify(Object.fromEntries(header)));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(json.length));
  writeFileSync(path, Buffer.concat([length, json, ...tensors.map(({ bytes }) => bytes)]));
}

describe("a state dict of PyTorch", () => {
  it.each([
    ["resnet1d-edge", EDGE, ""],
    ["resnet1d-edge below model.", EDGE, "model."],
    ["a flatten head below module.model.", FLATTEN, "module.model."],
  ])("gives the model that it was written from (%s)", (_, graph, prefix) => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1e6 }), (seed) => {
        const model = randomModel(graph, seed);
        const read = imported(graph, stateDictOf(model, prefix));
        expect(read.graph).toEqual(graph);
        expect(read.facts).toEqual({ importedFrom: "weights.safetensors", format: "pytorch safetensors" });
        expect([...read.weights.keys()]).toEqual([...model.weights.keys()]);
        for (const [key, { shape, data }] of model.weights) {
          expect(read.weights.get(key)?.shape).toEqual(shape);
          expect(Buffer.from(data.buffer).equals(Buffer.from(read.weights.get(key)?.data.buffer as ArrayBuffer))).toBe(
            true,
          );
        }
      }),
      { numRuns: draws(10) },
    );
  });

  it("computes what PyTorch computes, channels first, flattened channel by channel", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 1e6 }),
        fc.array(fc.integer({ min: -300, max: 300 }), { minLength: WINDOW, maxLength: WINDOW }),
        (seed, samples) => {
          const dict = stateDictOf(randomModel(FLATTEN, seed));
          const layers = layerWeights(imported(FLATTEN, dict));
          const nodes = new Map(
            [...layers].map(([name, layer]) => [name, { values: layer.values, affine: foldBatchNorm(layer) }]),
          );
          const logits = forward(FLATTEN, nodes, Int16Array.from(samples)).get("head")?.data ?? [];
          const expected = torchLogits(
            dict,
            samples.map((count) => count / 1000),
          );
          expect(logits).toHaveLength(2);
          for (const [index, logit] of expected.entries()) expect(logits[index]).toBeCloseTo(logit, 2);
        },
      ),
    );
  });

  it("may have batch norm's integer counts", () => {
    const dict = stateDictOf(randomModel(EDGE, 2));
    const floats = [...dict].map(([name, { shape, data }]) => ({
      name,
      dtype: "F32",
      shape,
      bytes: Buffer.from(data.buffer),
    }));
    writeRaw([
      { name: "stem.norm.num_batches_tracked", dtype: "I64", shape: [], bytes: Buffer.alloc(8, 1) },
      ...floats,
    ]);
    expect(importStateDict(path, EDGE).weights.size).toBe(dict.size);
  });

  it.each([
    ["F16", [0x3c00, 0xc000, 0x0001, 0x03ff, 0x7bff, 0x8000], [1, -2, 2 ** -24, 1023 * 2 ** -24, 65504, -0]],
    ["BF16", [0x3f80, 0xc000, 0x0001, 0x4049, 0x7f7f, 0x8000], [1, -2, 2 ** -133, 3.140625, 255 * 2 ** 120, -0]],
  ])("in %s is widened exactly", (dtype, words, values) => {
    const dict = stateDictOf(randomModel(FLATTEN, 3));
    const wide = [...dict].map(([name, { shape, data }]) => {
      const bytes = Buffer.alloc(2 * data.length);
      for (let i = 0; i < data.length; i++) bytes.writeUInt16LE(words[i % words.length], 2 * i);
      return { name, dtype, shape, bytes };
    });
    writeRaw(wide);
    const bias = importStateDict(path, FLATTEN).weights.get("deep.second.beta")?.data ?? [];
    expect([...bias]).toEqual(values.slice(0, 5));
    const first = importStateDict(path, FLATTEN).weights.get("first.weight")?.data ?? [];
    // Tap 1 of output channel 1 is element 4 + 1 in PyTorch.
    expect(first[1 * 3 + 1]).toBe(values[5]);
  });

  it.each<[string, (dict: Map<string, Tensor>) => void, string]>([
    [
      "a missing tensor",
      (dict) => dict.delete("block2.conv1.norm.running_var"),
      "tensor block2.conv1.norm.running_var is missing, expected shape [24]",
    ],
    [
      "an extra tensor",
      (dict) => dict.set("stem.bias", { shape: [16], data: new Float32Array(16) }),
      "tensor stem.bias: found shape [16], expected no such tensor in resnet1d-edge",
    ],
    [
      "a misshapen tensor",
      (dict) => dict.set("stem.weight", { shape: [15, 1, 16], data: new Float32Array(240) }),
      "tensor stem.weight, shape: found [15,1,16], expected [16,1,15]",
    ],
    [
      "a value that is not finite",
      (dict) => dict.set("head.bias", { shape: [4], data: Float32Array.of(0, 1, Number.NaN, 2) }),
      "tensor head.bias, element 2: found NaN, expected a finite number",
    ],
    [
      "a prefix that one tensor has not",
      (dict) => {
        const named = [...dict];
        dict.clear();
        for (const [name, tensor] of named) dict.set(name === "head.bias" ? name : `model.${name}`, tensor);
      },
      "tensor stem.weight is missing, expected shape [16,1,15]",
    ],
    [
      "a HuBERT network",
      (dict) =>
        dict.set("hubert.feature_extractor.conv_layers.0.conv.weight", { shape: [0], data: new Float32Array() }),
      "tensor hubert.feature_extractor.conv_layers.0.conv.weight is of a HuBERT network: import it as hubert-small",
    ],
  ])("is refused with %s", (_, change, sentence) => {
    expect(() => imported(EDGE, edgeDict(change))).toThrow(new Error(`${path}: ${sentence}`));
  });

  it("is refused in another dtype", () => {
    writeRaw([{ name: "stem.weight", dtype: "F64", shape: [1], bytes: Buffer.alloc(8) }]);
    expect(() => importStateDict(path, EDGE)).toThrow(
      new Error(`${path}: tensor stem.weight, dtype: found F64, expected F32, F16, BF16`),
    );
  });
});

/** FLATTEN as PyTorch evaluates it: [channels][columns] throughout, Linear over the flattened channels. */
function torchLogits(dict: ReadonlyMap<string, Tensor>, millivolts: readonly number[]): number[] {
  const of = (name: string) => dict.get(name)?.data ?? new Float32Array();
  const biasedRelu = (name: string) => (row: number[], channel: number) =>
    row.map((sum) => Math.max(0, sum + of(`${name}.bias`)[channel]));
  const first = torchConv([millivolts], of("first.weight"), FIRST, 1).map(biasedRelu("first"));
  const each = torchConv(first, of("each.weight"), EACH, first.length).map(biasedRelu("each"));
  const norm = (part: string, channel: number) => of(`deep.second.norm.${part}`)[channel];
  const second = torchConv(each, of("deep.second.weight"), SECOND, 1).map((row, channel) =>
    row.map((sum) => {
      const normal = (sum - norm("running_mean", channel)) / Math.sqrt(norm("running_var", channel) + 1e-5);
      return Math.max(0, normal * norm("weight", channel) + norm("bias", channel));
    }),
  );
  const flat = second.flat();
  return Array.from(of("head.bias"), (offset, out) =>
    flat.reduce((sum, value, index) => sum + value * of("head.weight")[out * flat.length + index], offset),
  );
}

/** torch.nn.functional.conv1d of a padded input. @param weight [out][in / groups][kernel] */
function torchConv(
  input: readonly (readonly number[])[],
  weight: Float32Array,
  node: ConvNode,
  groups: number,
): number[][] {
  const { kernel, stride, dilation, padLeft, padRight } = node;
  const padded = input.map((row) => [...Array(padLeft).fill(0), ...row, ...Array(padRight).fill(0)]);
  const columns = Math.floor((padded[0].length - dilation * (kernel - 1) - 1) / stride) + 1;
  const groupIn = input.length / groups;
  const outChannels = weight.length / (groupIn * kernel);
  return Array.from({ length: outChannels }, (_, out) => {
    const group = Math.floor((out * groups) / outChannels);
    const rows = padded.slice(group * groupIn, (group + 1) * groupIn);
    return Array.from({ length: columns }, (_, column) => {
      let sum = 0;
      for (const [channel, row] of rows.entries())
        for (let tap = 0; tap < kernel; tap++)
          sum += row[column * stride + tap * dilation] * weight[(out * groupIn + channel) * kernel + tap];
      return sum;
    });
  });
}
