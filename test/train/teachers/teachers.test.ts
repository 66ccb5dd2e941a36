import { beforeAll, describe, expect, it } from "vitest";
import { buildGraph } from "../../../tools/graph/families.ts";
import type { FloatModel } from "../../../tools/graph/model.ts";
import { resnet1d } from "../../../tools/graph/resnet1d.ts";
import { SeededRandom } from "../../../tools/random/random.ts";
import { selectBackend } from "../../../tools/train/backends.ts";
import { initialWeights } from "../../../tools/train/initialise.ts";
import { predict } from "../../../tools/train/predict.ts";
import { askTeacher, taughtLogits } from "../../../tools/train/teachers/teachers.ts";
import { sineRecords, tinyGraph } from "../signals.ts";

const records = sineRecords(3, 1);
const modelOf = (graph: FloatModel["graph"], seed: number): FloatModel => ({
  graph,
  weights: initialWeights(graph, new SeededRandom(seed)),
  facts: {},
});

beforeAll(async () => {
  await selectBackend();
});

describe("a teacher", () => {
  it("says of a whole record what its average over all columns decides", () => {
    const graph = tinyGraph();
    const model = modelOf(graph, 1);
    const teacher = askTeacher(model, records);
    const columns = Math.floor(records[0].samples.length / 64);
    const wide = {
      ...graph,
      nodes: graph.nodes.map((node) => (node.op === "averagePool" ? { ...node, window: 999, warmup: columns } : node)),
    };
    const [{ decisions }] = predict({ ...model, graph: wide }, records.slice(0, 1));
    expect(teacher.strideSamples).toBe(64);
    expect(teacher.logits.get(records[0].name)).toHaveLength(columns);
    const word = taughtLogits([teacher], records[0].name, { from: 0, to: records[0].samples.length });
    decisions[0].forEach((logit, i) => {
      expect(word[i]).toBeCloseTo(logit, 4);
    });
  });

  it("speaks of the columns that a span touches, one at least", () => {
    const logits = new Map([["r", [0, 1, 2, 3].map((value) => Float32Array.of(value, -value))]]);
    const say = (from: number, to: number) => taughtLogits([{ strideSamples: 10, logits }], "r", { from, to })[0];
    expect(say(0, 40)).toBe(1.5);
    expect(say(10, 20)).toBe(1);
    expect(say(15, 25)).toBe(1.5);
    expect(say(38, 39)).toBe(3);
    expect(say(45, 60)).toBe(3);
  });

  it("is one of several with equal voices, whatever the columns of each", () => {
    const coarse = { strideSamples: 20, logits: new Map([["r", [Float32Array.of(4), Float32Array.of(8)]]]) };
    const fine = {
      strideSamples: 5,
      logits: new Map([["r", [0, 1, 2, 3, 4, 5, 6, 7].map((v) => Float32Array.of(v))]]),
    };
    expect(taughtLogits([coarse, fine], "r", { from: 0, to: 20 })).toEqual(Float64Array.of((4 + 1.5) / 2));
    expect(() => taughtLogits([coarse], "s", { from: 0, to: 20 })).toThrow("no teacher was asked about record s");
  });

  it("may be a network that decides on sequences: it speaks at the end of every hop", () => {
    const graph = buildGraph("hubert-nano", ["slow", "fast"]);
    const model = modelOf(graph, 1);
    const teacher = askTeacher(model, records);
    expect(teacher.strideSamples).toBe(256);
    const [{ decisions }] = predict(model, records.slice(0, 1));
    const words = teacher.logits.get(records[0].name) ?? [];
    // The network itself waits for four hops.
    expect(words.length).toBe(decisions.length + 3);
    words.slice(3).forEach((word, index) => {
      word.forEach((logit, i) => {
        expect(logit).toBeCloseTo(decisions[index][i], 4);
      });
    });
  });

  it("may be a network with a window", () => {
    const graph = resnet1d({
      name: "flat",
      classes: ["slow", "fast"],
      kernel: 3,
      padding: "symmetric",
      dropout: 0,
      stem: { channels: 4, kernel: 7, stride: 8, maxPool: 2 },
      blocks: [{ channels: 4, stride: 2, dilation: 1 }],
      head: { kind: "flatten", windowSamples: 1024 },
    });
    const teacher = askTeacher(modelOf(graph, 2), records);
    expect(teacher.strideSamples).toBe(1024);
    for (const { name, samples } of records) {
      expect(teacher.logits.get(name)).toHaveLength(Math.max(1, Math.floor(samples.length / 1024)));
    }
  });
});
