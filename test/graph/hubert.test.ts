import { describe, expect, it } from "vitest";
import { cropMacs, macsPer, nodeCosts, parameterCount } from "../../tools/graph/costs.ts";
import { cropRows, leastSamples } from "../../tools/graph/crop-rows.ts";
import { buildGraph } from "../../tools/graph/families.ts";
import type { Graph, GraphNode } from "../../tools/graph/graph.ts";
import { lookAheadSamples, receptiveFieldSamples, tensorShapes } from "../../tools/graph/shapes.ts";
import { weightShapes } from "../../tools/graph/weight-shapes.ts";

const CLASSES = ["N", "A", "O", "~"];
const WINDOW_SAMPLES = 5120;
/** Samples of the published network's input: 12 leads of 5 s at 100 Hz. */
const TWELVE_LEADS_SAMPLES = 6000;
const small = buildGraph("hubert-small", CLASSES);

const macsOf = (graph: Graph, samples: number, names: RegExp) => {
  const nodes = graph.nodes.filter(({ name }) => names.test(name)).map(({ name }) => name);
  const costs = new Map(nodeCosts(graph).map((cost) => [cost.name, cost.macsPerRow]));
  const rows = cropRows(graph, samples);
  return nodes.reduce((sum, name) => sum + (rows.get(name) ?? 0) * (costs.get(name) ?? 0), 0);
};

describe("hubert-small", () => {
  it("has the parameters of the published SMALL, which has two vectors beside", () => {
    const head = 512 * CLASSES.length + CLASSES.length;
    // The gain of each tap, which fuses with the positional conv's weights, and the embedding of a masked token.
    const weightNormGains = 128;
    const maskedEmbedding = 512;
    expect(parameterCount(small) - head + weightNormGains + maskedEmbedding).toBe(30_209_664);
  });

  it("has its weights where the published one has them", () => {
    const weights = (names: RegExp) =>
      nodeCosts(small).reduce((sum, cost) => sum + (names.test(cost.name) ? cost.weights : 0), 0);
    expect(weights(/^conv/)).toBe(2_626_560);
    expect(weights(/^project/)).toBe(262_144);
    expect(weights(/^position/)).toBe(2_097_152);
    expect(weights(/^block\d\.(query|key|value|out)/)).toBe(8_388_608);
    expect(weights(/^block\d\.(up|down)/)).toBe(16_777_216);
    expect(nodeCosts(small).filter((cost) => cost.weights > 0)).toHaveLength(56);
  });

  it("makes 79 tokens of 10.24 s, 93 of twelve leads", () => {
    const lengths = (samples: number) => {
      const rows = cropRows(small, samples);
      return [0, 1, 2, 3, 4].map((index) => rows.get(`conv${index}`));
    };
    expect(lengths(WINDOW_SAMPLES)).toEqual([1278, 638, 318, 159, 79]);
    expect(lengths(TWELVE_LEADS_SAMPLES)).toEqual([1498, 748, 373, 186, 93]);
  });

  it("costs 3.11 GMAC for 10.24 s, 3.67 for twelve leads", () => {
    expect(cropMacs(small, WINDOW_SAMPLES) / 1e9).toBeCloseTo(3.11, 2);
    expect(cropMacs(small, TWELVE_LEADS_SAMPLES) / 1e9).toBeCloseTo(3.67, 2);
    expect(macsPer(small, WINDOW_SAMPLES)).toBe(cropMacs(small, WINDOW_SAMPLES));
    const parts = [/^conv/, /^project/, /^position/, /^block\d\.(query|key|value|out)/, /attention$/, /\.(up|down)$/];
    expect(parts.map((names) => Math.round(macsOf(small, WINDOW_SAMPLES, names) / 1e6))).toEqual([
      883, 21, 166, 663, 51, 1325,
    ]);
  });

  it("decides once a window, all of whose 1,278 rows are one sequence", () => {
    expect(small.nodes[1]).toMatchObject({ op: "window", input: "conv0", window: 1278, hop: 1278, warmup: 1278 });
    expect(receptiveFieldSamples(small)).toBe(10);
    expect(tensorShapes(small).get("head")?.strideSamples).toBe(WINDOW_SAMPLES);
    expect(tensorShapes(small).get("conv4")?.sequence).toEqual({ rows: 79, hopSamples: WINDOW_SAMPLES });
  });
});

describe.each([
  { name: "hubert-tiny", weights: 1.03e6, macs: 131e6 },
  { name: "hubert-micro", weights: 0.453e6, macs: 64e6 },
  { name: "hubert-nano", weights: 0.152e6, macs: 24.8e6 },
])("$name", ({ name, weights, macs }) => {
  const graph = buildGraph(name, CLASSES);

  it("has the size that was planned", () => {
    const head = nodeCosts(graph).at(-1)?.weights ?? 0;
    const counted = nodeCosts(graph).reduce((sum, cost) => sum + cost.weights, -head);
    expect(Math.abs(counted / weights - 1)).toBeLessThan(0.005);
    expect(Math.abs(cropMacs(graph, WINDOW_SAMPLES) / macs - 1)).toBeLessThan(0.005);
  });

  it("streams: a token every 128 ms sees 82 samples, a decision comes every 512 ms", () => {
    expect(graph.windowSamples).toBeNull();
    expect(tensorShapes(graph).get("project")?.strideSamples).toBe(64);
    expect(receptiveFieldSamples(graph)).toBe(82);
    expect(lookAheadSamples(graph)).toBe(82 - 64);
    expect(leastSamples(graph)).toBe(82);
    expect(tensorShapes(graph).get("head")?.strideSamples).toBe(256);
    expect(cropRows(graph, WINDOW_SAMPLES).get("window")).toBe(79);
  });

  it("costs a whole transformer a decision, and the stem once", () => {
    const decisions = WINDOW_SAMPLES / 256;
    const transformer = macsOf(graph, WINDOW_SAMPLES, /^(position|block|head)/);
    const stem = nodeCosts(graph).filter((cost) => /^(conv|project)/.test(cost.name));
    const stemMacs = stem.reduce((sum, cost) => sum + cost.macsPerRow * cost.rowsPerSample * WINDOW_SAMPLES, 0);
    expect(macsPer(graph, WINDOW_SAMPLES)).toBeCloseTo(decisions * transformer + stemMacs, 0);
  });
});

describe("a grouped conv", () => {
  it("has the weights of its groups alone", () => {
    expect(weightShapes(small).get("position.weight")).toEqual([128, 32, 512]);
    expect(weightShapes(small).get("conv0.norm.gamma")).toEqual([512]);
    expect(weightShapes(small).get("block8.norm.beta")).toEqual([512]);
  });
});

describe("a graph that does not fit together", () => {
  const nano = buildGraph("hubert-nano", CLASSES);
  const changed = (graph: Graph, name: string, change: object): Graph => ({
    ...graph,
    nodes: graph.nodes.map((node) => (node.name === name ? ({ ...node, ...change } as GraphNode) : node)),
  });

  it.each<[Graph, string]>([
    [changed(nano, "position", { groups: 3 }), "node position: 3 groups do not divide 64 channels and 64"],
    [changed(nano, "block1.attention", { heads: 5 }), "node block1.attention: 5 heads do not divide 64 channels"],
    [
      changed(nano, "block1.key", { outChannels: 32 }),
      "node block1.attention: compares 64 channels every 64 samples with 32 every 64 samples",
    ],
    [
      changed(nano, "block1.add", { inputs: ["project", "block1.down"] }),
      "node block1.add: reads the stream behind a window node, where only its sequences may be read",
    ],
    [changed(nano, "pool", { window: 40 }), "node pool: averages 40 rows of a sequence of 79, expected all at once"],
    [
      { ...nano, nodes: nano.nodes.filter(({ name }) => name !== "window").map(reading("window", "project")) },
      "node block1.attention: attends to a stream, expected a window node before it",
    ],
    [{ ...nano, windowSamples: WINDOW_SAMPLES }, "node window: cuts a window that has 79 rows"],
    [changed(small, "conv0.window", { hop: 639 }), "node conv0.window: cuts a window that has 1278 rows"],
    [changed(small, "conv1", { kernel: 1300 }), "node conv1: makes no row of a sequence of 1278"],
    [
      changed(nano, "position", { padRight: 14 }),
      "node position: makes 78 rows of a sequence of 79, expected as many in a stream",
    ],
    [
      changed(nano, "block1.out", { stride: 2 }),
      "node block1.out: makes 40 rows of a sequence of 79, expected as many in a stream",
    ],
    [changed(small, "pool", { warmup: 16 }), "node pool: averages 79 rows of a sequence of 79, expected all at once"],
    [
      changed(nano, "position.norm", { ...nano.nodes.find(({ op }) => op === "window"), name: "position.norm" }),
      "node position.norm: reads the stream",
    ],
    [
      changed(nano, "position.norm", { op: "window", input: "position.add", window: 9, hop: 1, warmup: 1 }),
      "node position.norm: cuts what a window node has cut",
    ],
    [
      { ...nano, nodes: nano.nodes.map((node) => (node.name === "project.norm" ? groupNormOf("conv4") : node)) },
      "node project.norm: takes moments over a stream, expected a window node before it",
    ],
  ])("is refused (%#)", (graph, sentence) => {
    expect(() => tensorShapes(graph)).toThrow(sentence);
  });
});

function groupNormOf(input: string): GraphNode {
  return { op: "groupNorm", name: "project.norm", input, activation: "none" };
}

/** Makes a node read `now` wherever it read `before`. */
function reading(before: string, now: string) {
  return (node: GraphNode): GraphNode => {
    const renamed = (name: string) => (name === before ? now : name);
    if (node.op === "add") return { ...node, inputs: [renamed(node.inputs[0]), renamed(node.inputs[1])] };
    return node.op === "attention" ? node : { ...node, input: renamed(node.input) };
  };
}
