import { describe, expect, it } from "vitest";
import { Engine, ModelFile } from "../../host/index.ts";
import { pack } from "../../tools/export/pack.ts";
import { networkTiming } from "../../tools/export/plan/timing.ts";
import { forward } from "../../tools/forward/float-forward.ts";
import { layerWeights, nodeWeights } from "../../tools/forward/layer-weights.ts";
import type { GraphNode } from "../../tools/graph/graph.ts";
import type { FloatModel } from "../../tools/graph/model.ts";
import { compress } from "../../tools/quantize/compress.ts";
import { type CompressionMethod, laqMethod } from "../../tools/quantize/compression-method.ts";
import { measureOutcome } from "../../tools/quantize/loss/engine-loss.ts";
import { lastDecisionAlone } from "../../tools/quantize/loss/last-decision.ts";
import { withFloatLogits } from "../../tools/quantize/loss/selection-set.ts";
import { DEFAULT_QUANTIZATION, QuantizationState } from "../../tools/quantize/quantization-state.ts";
import { withWidth } from "../../tools/quantize/width.ts";
import { toyHubert, toyWindowHubert } from "./toy-hubert.ts";
import { toyRecords } from "./toy-model.ts";

const RECORDS = toyRecords(12, 5);
const MODELS = [
  { form: "streaming", model: toyHubert(3) },
  { form: "one-window", model: toyWindowHubert(4) },
];

const cropsOf = ({ graph }: FloatModel) =>
  RECORDS.slice(0, 3).map(({ samples }) => samples.subarray(0, graph.windowSamples ?? 5120));

const run = (model: FloatModel, method: CompressionMethod) =>
  compress({ model, records: RECORDS, method, seed: 1, selectionCrops: 8, calibrationCrops: 4 });

describe.each(MODELS)("a $form transformer on its way to integers", ({ model }) => {
  const { graph } = model;
  const crops = cropsOf(model);
  const state = new QuantizationState(model, crops, 8, DEFAULT_QUANTIZATION);
  const network = state.network();
  const rows = crops.map((samples) => forward(graph, nodeWeights(model), samples));
  const largest = (name: string) =>
    Math.max(...rows.flatMap((tensors) => Array.from(tensors.get(name)?.data ?? [], Math.abs)));

  it("has the largest magnitude of a tensor at the end of its codes", () => {
    const codes = new Map([...network.scales].map(([name, scale]) => [name, largest(name) / scale] as const));
    const wide = graph.nodes.filter((node) => isSumForNorm(node)).map(({ name }) => name);
    for (const [name, code] of codes) expect(code, name).toBeCloseTo(wide.includes(name) ? 32767 : 4095, 3);
    const own = graph.nodes.filter(({ op }) => op !== "window" && op !== "attention").map(({ name }) => name);
    expect([...codes.keys()]).toEqual(own.slice(0, -1));
  });

  it("has a scale before every gelu, which reaches further down than behind it", () => {
    const withGelu = graph.nodes.filter((node) => "activation" in node && node.activation === "gelu");
    expect([...(network.preScales ?? [])].map(([name]) => name)).toEqual(withGelu.map(({ name }) => name));
    for (const [name, scale] of network.preScales ?? []) {
      expect(scale * 32767, name).toBeGreaterThanOrEqual(largest(name) * (1 - 1e-6));
    }
  });

  it("carries the gains and offsets of its norms", () => {
    const gamma = model.weights.get("block1.norm.gamma")?.data ?? [];
    expect([...(network.norms?.get("block1.norm")?.gamma ?? [])]).toEqual([...gamma]);
    expect(network.norms?.size).toBe(graph.nodes.filter(({ op }) => op === "layerNorm" || op === "groupNorm").length);
  });

  it("decides at the end of a crop as it does where that is its only decision", async () => {
    for (const length of [5120, 3000, 100]) {
      const samples = Math.min(length, graph.windowSamples ?? length);
      const judged = withFloatLogits(model, [{ samples: RECORDS[0].samples.subarray(0, samples), classIndex: 0 }]);
      const alone = { ...network, graph: lastDecisionAlone(graph, samples) };
      const { tickSamples } = networkTiming(graph);
      expect(await measureOutcome(pack(alone, { tickSamples }), judged)).toEqual(
        await measureOutcome(pack(network), judged),
      );
    }
  });

  it("gives every tensor a width of its own", () => {
    const names = [...layerWeights(model).keys()];
    expect([...network.weights.keys()]).toEqual(names);
    const mixed = state.network(withWidth(withWidth(state.widths, "position", 2), "block1.up", "ternary"));
    expect(mixed.weights.get("position")?.bits).toBe(2);
    expect(mixed.weights.get("block1.up")?.grid).toBe("ternary");
    expect(mixed.weights.get("block1.down")).toEqual(network.weights.get("block1.down"));
  });
});

/** An output that nothing but a norm reads, and no gelu makes. */
function isSumForNorm(node: GraphNode): boolean {
  const isSum = node.op === "add" && /(^position|block\d(\.attention)?)\.add$/.test(node.name);
  return isSum || isFirstConv(node) || node.name === "conv4";
}

function isFirstConv(node: GraphNode): boolean {
  return node.op === "conv1d" && node.name === "conv0" && node.activation === "none";
}

describe.each(MODELS)("compression of a $form transformer, measured on the engine", ({ model }) => {
  it("follows the float network at 8 bits", async () => {
    const { report, file } = await run(model, { kind: "fixed", width: 8 });
    expect(report.selection.divergence).toBeLessThan(1e-3);
    expect(report.selection.changed).toBe(0);
    (await Engine.load(file)).selfTest();
  }, 60_000);

  it("searches a width for each tensor within its budget", async () => {
    const method = laqMethod("kl", { divergenceBudget: 0.0004, menu: [2, 8] });
    const { report, file, widths } = await run(model, method);
    expect(report.search?.complete).toBe(true);
    expect(report.selection.divergence + report.selection.standardError).toBeLessThanOrEqual(0.0004);
    expect(new Set(widths.values())).toEqual(new Set([2, 8]));
    const packed = new ModelFile(file).layers.filter(({ grid }) => grid !== "none");
    expect(packed.map(({ name, bits }) => [name, bits])).toEqual(packed.map(({ name }) => [name, widths.get(name)]));
    (await Engine.load(file)).selfTest();
  }, 120_000);
});
