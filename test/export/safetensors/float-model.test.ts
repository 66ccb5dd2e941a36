import { Buffer } from "node:buffer";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { readFloatModel, writeFloatModel } from "../../../tools/export/safetensors/safetensors.ts";
import {
  readSafetensors,
  type Safetensors,
  writeSafetensors,
} from "../../../tools/export/safetensors/safetensors-format.ts";
import { buildGraph, FAMILY_NAMES } from "../../../tools/graph/families.ts";
import type { Graph } from "../../../tools/graph/graph.ts";
import type { FloatModel } from "../../../tools/graph/model.ts";
import { SeededRandom } from "../../../tools/random/random.ts";
import { initialWeights } from "../../../tools/train/initialise.ts";
import { separableGraph } from "../../cases/separable-graph.ts";

const folder = mkdtempSync(join(tmpdir(), "float-model-"));
const path = join(folder, "model.safetensors");
afterAll(() => rmSync(folder, { recursive: true }));

const CLASSES = ["N", "A", "O", "~"];
const EDGE = buildGraph("resnet1d-edge", CLASSES);
const GRAPHS = [...FAMILY_NAMES.map((family) => buildGraph(family, CLASSES)), separableGraph(CLASSES)];

function modelOf(graph: Graph): FloatModel {
  return {
    graph,
    weights: initialWeights(graph, new SeededRandom(1)),
    facts: { seed: 1, note: "ünï", nested: { list: [1, null] } },
  };
}

/** The file of a good model, changed by `change`. */
function damaged(
  change: (file: {
    tensors: Map<string, { shape: readonly number[]; data: Float32Array }>;
    metadata: Record<string, string>;
  }) => void,
): string {
  writeFloatModel(path, modelOf(EDGE));
  const { tensors, metadata }: Safetensors = readSafetensors(path);
  const file = { tensors: new Map(tensors), metadata: { ...metadata } };
  change(file);
  writeSafetensors(path, file);
  return path;
}

const editGraph = (edit: (graph: Record<string, never>) => void) => () => {
  return damaged(({ metadata }) => {
    const graph = JSON.parse(metadata.graph);
    edit(graph);
    metadata.graph = JSON.stringify(graph);
  });
};

describe("a float model in a safetensors file", () => {
  it.each(GRAPHS)("comes back as it was written ($name)", (built) => {
    const model = modelOf(built);
    writeFloatModel(path, model);
    const { graph, facts, weights } = readFloatModel(path);
    expect({ graph, facts }).toEqual({ graph: model.graph, facts: model.facts });
    expect([...weights.keys()].sort()).toEqual([...model.weights.keys()].sort());
    for (const [key, { shape, data }] of model.weights) {
      expect(weights.get(key)?.shape).toEqual(shape);
      expect(Buffer.from(data.buffer).equals(Buffer.from(weights.get(key)?.data.buffer as ArrayBuffer))).toBe(true);
    }
  });

  it.each<[string, () => string, string]>([
    [
      "a missing tensor",
      () => damaged(({ tensors }) => tensors.delete("stem.gamma")),
      "tensor stem.gamma is missing, expected shape [16]",
    ],
    [
      "a misshapen tensor",
      () => damaged(({ tensors }) => tensors.set("head.bias", { shape: [2, 2], data: new Float32Array(4) })),
      "tensor head.bias, shape: found [2,2], expected [4]",
    ],
    [
      "an extra tensor",
      () => damaged(({ tensors }) => tensors.set("tail.weight", { shape: [1], data: new Float32Array(1) })),
      "tensor tail.weight belongs to no node of graph resnet1d-edge",
    ],
    [
      "no graph",
      () => damaged(({ metadata }) => delete metadata.graph),
      "__metadata__ graph: is missing, expected JSON",
    ],
    [
      "no facts",
      () => damaged(({ metadata }) => delete metadata.facts),
      "__metadata__ facts: is missing, expected JSON",
    ],
    [
      "a graph that is no JSON",
      () => damaged(({ metadata }) => (metadata.graph = "{")),
      "__metadata__ graph: is not JSON",
    ],
    ["facts that are no object", () => damaged(({ metadata }) => (metadata.facts = "7")), "__metadata__ facts:"],
    [
      "an unknown op",
      editGraph((graph) => Object.assign(graph.nodes[0], { op: "lstm" })),
      "__metadata__ graph.nodes.0.op:",
    ],
    [
      "a stride of 0",
      editGraph((graph) => Object.assign(graph.nodes[0], { stride: 0 })),
      "__metadata__ graph.nodes.0.stride:",
    ],
    [
      "a gigantic kernel",
      editGraph((graph) => Object.assign(graph.nodes[0], { kernel: 1e15 })),
      "__metadata__ graph.nodes.0.kernel:",
    ],
    ["one class", editGraph((graph) => Object.assign(graph, { classes: ["N"] })), "__metadata__ graph.classes:"],
    [
      "a node that reads a later one",
      editGraph((graph) => Object.assign(graph.nodes[0], { input: "head" })),
      "__metadata__ graph: graph resnet1d-edge, node stem: no earlier node is named head",
    ],
  ])("is refused with %s", (_, damage, sentence) => {
    const file = damage();
    expect(() => readFloatModel(file)).toThrow(`${file}: ${sentence}`);
  });

  it("is not written where a tensor does not fit the graph", () => {
    const model = modelOf(EDGE);
    const weights = new Map(model.weights);
    weights.delete("head.bias");
    expect(() => writeFloatModel(path, { ...model, weights })).toThrow(
      "model resnet1d-edge: tensor head.bias is missing",
    );
  });
});
