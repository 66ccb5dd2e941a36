import { describe, expect, it } from "vitest";
import { isForEngine, requireEngineNodes } from "../../../tools/export/lower/engine-node.ts";
import { buildGraph, FAMILY_NAMES } from "../../../tools/graph/families.ts";
import type { Graph, GraphNode } from "../../../tools/graph/graph.ts";

const graphOf = (family: string) => buildGraph(family, ["N", "A"]);
const nano = graphOf("hubert-nano");
const edge = graphOf("resnet1d-edge");

function changed(graph: Graph, name: string, change: object): Graph {
  const nodes = graph.nodes.map((node) => (node.name === name ? ({ ...node, ...change } as GraphNode) : node));
  return { ...graph, nodes };
}

/** Without the window and what can only stand behind one. */
const streamingNorm: Graph = {
  ...nano,
  nodes: [
    ...nano.nodes.filter(({ name }) => /^(conv|project)/.test(name)),
    { op: "averagePool", name: "pool", input: "project", window: 8, hop: 1, warmup: 1 },
    { op: "dense", name: "head", input: "pool", outFeatures: 2, columns: 1, dropout: 0 },
  ],
};

describe("the integer engine", () => {
  it("runs every family", () => {
    expect(FAMILY_NAMES.filter((name) => !isForEngine(graphOf(name)))).toEqual([]);
  });

  it.each<[Graph, string]>([
    [changed(edge, "stem", { activation: "gelu" }), "node stem: the integer engine has no gelu in a network of int8"],
    [changed(edge, "block1.conv2", { groups: 2 }), "node block1.conv2: the integer engine has no groups of channels"],
    [
      changed(edge, "block1.add", { activation: "gelu" }),
      "node block1.add: the integer engine has no gelu behind an add",
    ],
    [
      changed(graphOf("efficient1d-nano"), "block1.depthwise", { activation: "gelu" }),
      "node block1.depthwise: the integer engine has no gelu behind a depthwise conv",
    ],
    [
      changed(nano, "conv1", { op: "depthwiseConv1d", activation: "none" }),
      "node conv1: the integer engine has no depthwise conv in a network with norms or sequences",
    ],
    [
      changed(graphOf("hubert-small"), "conv0.norm", { activation: "relu" }),
      "node conv0.norm: the integer engine has no relu behind a group norm",
    ],
    [
      changed(nano, "position", { op: "maxPool", kernel: 1, stride: 1 }),
      "node position: the integer engine has no max pool over a sequence",
    ],
    [streamingNorm, "node pool: the integer engine has no average pool in a network with norms but no window"],
    [
      changed(nano, "head", { input: "block2.norm", columns: 79 }),
      "node head: the integer engine has no dense layer over a sequence",
    ],
  ])("names what it lacks (%#)", (graph, sentence) => {
    expect(() => requireEngineNodes(graph)).toThrow(RangeError);
    expect(() => requireEngineNodes(graph)).toThrow(sentence);
    expect(isForEngine(graph)).toBe(false);
  });
});
