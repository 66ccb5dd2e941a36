import { describe, expect, it } from "vitest";
import { Engine } from "../../host/index.ts";
import { pack } from "../../tools/export/pack.ts";
import type { DepthwiseConv1dNode } from "../../tools/graph/graph.ts";
import type { FloatModel, Tensor } from "../../tools/graph/model.ts";
import { compress } from "../../tools/quantize/compress.ts";
import { laqMethod } from "../../tools/quantize/compression-method.ts";
import { selectCrops } from "../../tools/quantize/loss/selection-set.ts";
import { DEFAULT_QUANTIZATION, QuantizationState } from "../../tools/quantize/quantization-state.ts";
import { BIT_WIDTHS, SEARCH_WIDTHS, type Width } from "../../tools/quantize/width.ts";
import { quantizedNetwork } from "../cases/random-network.ts";
import { separableGraph, withoutDepthwise } from "../cases/separable-graph.ts";
import { decodeModel } from "../reference/decode-model.ts";
import { runNetwork } from "../reference/network.ts";
import { TOY_CLASSES, toyRecords, toyWeights } from "./toy-model.ts";

const graph = separableGraph(TOY_CLASSES);
const model: FloatModel = { graph, weights: toyWeights(graph, 3), facts: {} };
const records = toyRecords(12, 5);
const crops = selectCrops(records, graph, 2, 1).map(({ samples }) => samples);

/** Makes the same network of convs alone: a depthwise weight stands where a channel meets itself, every other weight is zero. */
const twin: FloatModel = {
  ...model,
  graph: withoutDepthwise(graph),
  weights: new Map(
    [...model.weights].map(([key, tensor]) => [key, key.endsWith("depthwise.weight") ? onDiagonal(tensor) : tensor]),
  ),
};

function onDiagonal({ shape: [kernel, channels], data }: Tensor): Tensor {
  const full = new Float32Array(kernel * channels * channels);
  data.forEach((weight, at) => {
    full[at * channels + (at % channels)] = weight;
  });
  return { shape: [kernel, channels, channels], data: full };
}

const quantized = (each: FloatModel, width: Width) =>
  new QuantizationState(each, crops, width, { ...DEFAULT_QUANTIZATION, rounding: "nearest" }).network();

describe("a depthwise-separable network", () => {
  it("becomes the integers of its twin, whose convs have zeros between channels, on the grids that have a zero", () => {
    for (const width of ["ternary", 4, 8] as const) {
      const [own, twins] = [model, twin].map((each) => decodeModel(pack(quantized(each, width))));
      for (const samples of crops) {
        const expected = runNetwork(twins, samples);
        expect(runNetwork(own, samples)).toEqual(expected);
        expect(expected.decisions.length).toBeGreaterThan(0);
      }
    }
  });

  it("packs at every width, each depthwise layer with a scale a channel and a weight a tap", () => {
    for (const width of new Set([...BIT_WIDTHS, ...SEARCH_WIDTHS])) {
      const network = quantized(model, width);
      const { layers } = decodeModel(pack(network));
      graph.nodes.forEach((node, index) => {
        if (node.op !== "depthwiseConv1d") return;
        const { inChannels, outChannels, kernel, multipliers, weights } = layers[index];
        expect(outChannels).toBe(inChannels);
        expect(multipliers).toHaveLength(outChannels);
        expect(weights).toHaveLength(kernel * outChannels);
        expect([...weights]).toEqual([...(network.weights.get(node.name)?.integers ?? [])]);
      });
    }
  });

  it("is refused by the packer where its first layer would read the int16 input", () => {
    const first: DepthwiseConv1dNode = {
      op: "depthwiseConv1d",
      name: "first",
      input: "input",
      kernel: 5,
      stride: 2,
      dilation: 1,
      padLeft: 3,
      padRight: 0,
      bias: true,
      batchNorm: false,
      activation: "relu",
    };
    const head = { op: "dense", name: "head", input: "first", outFeatures: 3, columns: 4, dropout: 0 } as const;
    const network = quantizedNetwork({ ...graph, nodes: [first, head] }, 1);
    expect(() => pack(network)).toThrow("layer first: a depthwise conv reads int8, not the int16 of input");
  });

  it("is searched and sealed as any other, on the engine", async () => {
    const { report, file, widths } = await compress({
      model,
      records,
      method: laqMethod("kl", { divergenceBudget: 0.02 }),
      seed: 1,
      selectionCrops: 12,
      calibrationCrops: 6,
    });
    const weighted = graph.nodes.filter(({ op }) => op !== "add" && op !== "averagePool");
    expect(new Set(widths.keys())).toEqual(new Set(weighted.map(({ name }) => name)));
    expect(report.search?.complete).toBe(true);
    (await Engine.load(file)).selfTest();
  });
});
