import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Engine } from "../../../host/index.ts";
import { compressionRatios, parameterCounts, wholeParameters } from "../../../tools/export/accounting.ts";
import { pack } from "../../../tools/export/pack.ts";
import { forward } from "../../../tools/forward/float-forward.ts";
import { nodeWeights } from "../../../tools/forward/layer-weights.ts";
import { macsPer, parameterCount } from "../../../tools/graph/costs.ts";
import type { FloatModel, Tensor } from "../../../tools/graph/model.ts";
import { weightShapes } from "../../../tools/graph/weight-shapes.ts";
import { selectCrops, withFloatLogits } from "../../../tools/quantize/loss/selection-set.ts";
import { channelSets } from "../../../tools/quantize/prune/channel-sets.ts";
import { prune } from "../../../tools/quantize/prune/prune.ts";
import { pruneChannels } from "../../../tools/quantize/prune/prune-channels.ts";
import { DEFAULT_QUANTIZATION, QuantizationState } from "../../../tools/quantize/quantization-state.ts";
import { separableGraph } from "../../cases/separable-graph.ts";
import { draws } from "../../properties/draws.ts";
import { toyHubert } from "../toy-hubert.ts";
import { toyModel, toyRecords, toyWeights } from "../toy-model.ts";

const MODELS: readonly (readonly [string, (seed: number) => FloatModel])[] = [
  ["a residual network", toyModel],
  ["a separable network", separable],
  ["a transformer", toyHubert],
];

function separable(seed: number): FloatModel {
  const graph = separableGraph(["slow", "fast", "flat"]);
  return { graph, weights: toyWeights(graph, seed), facts: {} };
}

function logitsOf(model: FloatModel, samples: Int16Array): number[] {
  const last = model.graph.nodes[model.graph.nodes.length - 1].name;
  return Array.from(forward(model.graph, nodeWeights(model), samples).get(last)?.data ?? []);
}

/** The model with channels that are 0 throughout: nothing weighs on them, nothing is added. */
function withDeadChannels(model: FloatModel, dead: ReadonlyMap<string, readonly number[]>): FloatModel {
  const weights = new Map<string, Tensor>();
  for (const key of weightShapes(model.graph).keys()) {
    const { shape, data } = model.weights.get(key) as Tensor;
    const channels = dead.get(key.slice(0, key.lastIndexOf("."))) ?? [];
    const outChannels = shape[shape.length - 1];
    const isVariance = key.endsWith(".variance");
    weights.set(key, {
      shape,
      data: data.map((v, at) => (channels.includes(at % outChannels) && !isVariance ? 0 : v)),
    });
  }
  return { ...model, weights };
}

const crop = selectCrops(toyRecords(3, 5), toyModel(1).graph, 1, 1)[0].samples;

describe.each(MODELS)("channels pruned from %s", (_, make) => {
  it("change nothing where they were 0", () => {
    fc.assert(
      fc.property(fc.nat(999), fc.nat(99), (seed, choice) => {
        const model = make(seed);
        const dead = new Map<string, readonly number[]>();
        const kept = new Map<string, readonly number[]>();
        for (const { nodes, channels } of channelSets(model.graph)) {
          const gone = choice % channels;
          for (const node of nodes) {
            dead.set(node, [gone]);
            kept.set(
              node,
              Array.from({ length: channels }, (_, c) => c).filter((c) => c !== gone),
            );
          }
        }
        const whole = withDeadChannels(model, dead);
        const expected = logitsOf(whole, crop);
        const found = logitsOf(pruneChannels(whole, kept), crop);
        found.forEach((logit, index) => {
          expect(logit).toBeCloseTo(expected[index], 4);
        });
      }),
      { numRuns: draws(4) },
    );
  });

  it("leave a network that costs less and runs on the engine", async () => {
    const model = make(3);
    const pruned = prune({ model, method: "effect", amount: { share: 0.4 }, calibration: [crop], crops: [] }).model;
    expect(parameterCount(pruned.graph)).toBeLessThan(0.9 * parameterCount(model.graph));
    expect(macsPer(pruned.graph, 500)).toBeLessThan(0.9 * macsPer(model.graph, 500));
    const engine = await Engine.load(pack(new QuantizationState(pruned, [crop], 4, DEFAULT_QUANTIZATION).network()));
    expect([...engine.push(crop), ...engine.finish()].some(({ kind }) => kind === "decision")).toBe(true);
  });
});

describe("the sets of channels that stand or fall together", () => {
  it("are tied by sums and by depthwise convs; input and logits are in none", () => {
    const sets = channelSets(toyModel(1).graph).map(({ nodes }) => nodes);
    expect(sets).toContainEqual(["stem", "stem.pool", "block1.conv2", "block1.add"]);
    expect(sets).toContainEqual(["block1.conv1"]);
    expect(sets).toContainEqual(["block2.conv2", "block2.shortcut", "block2.add", "pool"]);
    expect(sets.flat()).not.toContain("head");
  });

  it("keep what a layer norm takes together, and heads", () => {
    const names = channelSets(toyHubert(1).graph).flatMap(({ nodes }) => nodes);
    expect(names.some((name) => name.endsWith(".up"))).toBe(true);
    expect(names.filter((name) => /norm|query|key|value|out|down|position/.test(name))).toEqual([]);
  });
});

describe("LAP", () => {
  const model = toyModel(2);
  const records = toyRecords(9, 3);
  const calibration = selectCrops(records, model.graph, 4, 2).map(({ samples }) => samples);
  const crops = withFloatLogits(model, selectCrops(records, model.graph, 6, 1));

  it("stays within its budget and takes more channels where it is larger", () => {
    const search = (divergenceBudget: number) => {
      const steps: number[] = [];
      const { model: pruned, shares } = prune({
        ...{ model, method: "effect", calibration, crops, amount: { divergenceBudget } },
        onStep: ({ loss, limit }) => steps.push(loss - limit),
      });
      return { parameters: parameterCount(pruned.graph), shares, steps };
    };
    const [small, large] = [search(0.001), search(3)];
    expect(large.parameters).toBeLessThan(small.parameters);
    // A set's shares end with the first that leaves its part of the budget.
    expect(small.steps.filter((over) => over > 0).length).toBeGreaterThan(0);
  });

  it("loses less where effect chooses than where magnitude does", () => {
    const lost = (method: "effect" | "magnitude") => {
      const pruned = prune({ model, method, amount: { share: 0.3 }, calibration, crops }).model;
      return crops.reduce((sum, { samples, floatLogits }) => {
        return sum + logitsOf(pruned, samples).reduce((part, logit, i) => part + (logit - floatLogits[i]) ** 2, 0);
      }, 0);
    };
    expect(lost("effect")).toBeLessThan(lost("magnitude"));
  });

  it("is counted against the network that it began with", () => {
    const { graph } = prune({ model, method: "effect", amount: { share: 0.4 }, calibration, crops }).model;
    const counts = parameterCounts(graph);
    const bits = new Map(Object.keys(counts.named).map((name) => [name, 2]));
    const whole = wholeParameters({ pruned: { parameters: parameterCount(model.graph) } }) as number;
    const [alone, against] = [undefined, whole].map((total) => compressionRatios(counts, bits, 1000, 500, total));
    expect(whole).toBeGreaterThan(counts.total);
    expect(against.paper / alone.paper).toBeCloseTo(whole / counts.total, 12);
    expect(against.file).toBe((4 * whole) / 1000);
    expect(against.flash).toBe((4 * whole + 500) / 1500);
  });
});
