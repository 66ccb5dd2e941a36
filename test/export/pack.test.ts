import { describe, expect, it } from "vitest";
import { LAYER_BAD_TILE_CRC, SELF_TEST_MISMATCH } from "../../assembly/shared/status.ts";
import { Engine, ModelFile } from "../../host/index.ts";
import { MetadataSchema } from "../../tools/export/metadata.ts";
import { pack } from "../../tools/export/pack.ts";
import type { QuantizedNetwork, QuantizedWeights } from "../../tools/export/quantized-network.ts";
import { packSealed } from "../../tools/export/seal.ts";
import { EXAMPLE_INPUT, EXAMPLE_NETWORK, exampleModel } from "./example-model.ts";
import { sealed } from "./repair-crc.ts";

function withWeights(name: string, change: Partial<QuantizedWeights>): QuantizedNetwork {
  const weights = new Map(EXAMPLE_NETWORK.weights);
  weights.set(name, { ...(weights.get(name) as QuantizedWeights), ...change });
  return { ...EXAMPLE_NETWORK, weights };
}

describe("pack", () => {
  it("comes back from the parser as it went in", () => {
    const model = new ModelFile(exampleModel());
    expect(
      model.layers.map(({ name, op, bits, grid, inputs, kernel, stride, padLeft, outType }) => ({
        name,
        op,
        bits,
        grid,
        inputs,
        kernel,
        stride,
        padLeft,
        outType,
      })),
    ).toEqual([
      {
        name: "conv",
        op: "conv1d",
        bits: 2,
        grid: "ternary",
        inputs: [0],
        kernel: 2,
        stride: 2,
        padLeft: 0,
        outType: "int8",
      },
      {
        name: "pool",
        op: "averagePool",
        bits: 0,
        grid: "none",
        inputs: [1],
        kernel: 3,
        stride: 1,
        padLeft: 1,
        outType: "int8",
      },
      {
        name: "head",
        op: "dense",
        bits: 2,
        grid: "midRise",
        inputs: [2],
        kernel: 1,
        stride: 1,
        padLeft: 0,
        outType: "int16",
      },
    ]);
    expect(MetadataSchema.parse(model.metadata)).toMatchObject({
      name: "example",
      classes: ["no", "yes"],
      training: {},
    });
    expect(model.budget.flashBytes).toBe(model.bytes.length);
  });

  it("gives the same bytes for the same network", () => {
    expect(exampleModel()).toEqual(exampleModel());
  });

  it("seals a file whose self-test and budget hold", async () => {
    const engine = await Engine.load(await packSealed(EXAMPLE_NETWORK, { facts: { training: { seed: 1 } } }), {
      build: "scalar",
    });
    engine.selfTest();
    expect(engine.model.budget.ramBytes).toBe(engine.ramBytes);
    expect(engine.model.metadata.training).toEqual({ seed: 1 });
  });

  it("leaves a self-test that fails in a file that was not sealed", async () => {
    const engine = await Engine.load(pack(EXAMPLE_NETWORK, { goldenInput: EXAMPLE_INPUT }));
    expect(() => engine.selfTest()).toThrow(expect.objectContaining({ code: SELF_TEST_MISMATCH }));
  });

  it("reads in a hop what its budget says", async () => {
    const engine = await Engine.load(await packSealed(EXAMPLE_NETWORK), { build: "scalar" });
    const { hopSamples, flashReadBytesPerHop, macsPerHop } = engine.model.budget;
    engine.push(new Int16Array(50 * hopSamples));
    const before = engine.profile();
    engine.push(new Int16Array(20 * hopSamples));
    const after = engine.profile();
    expect(after.flashBytes - before.flashBytes).toBe(20 * flashReadBytesPerHop);
    expect(after.macs - before.macs).toBe(20 * macsPerHop);
  });

  it("is refused by the engine where a weight was damaged under a repaired file CRC", async () => {
    const file = exampleModel();
    const model = new ModelFile(file);
    file[model.section(4).byteOffset] ^= 1;
    await expect(Engine.load(sealed(file))).rejects.toMatchObject({ code: LAYER_BAD_TILE_CRC });
  });

  it.each([
    ["a weight off its grid", withWeights("conv", { integers: Int8Array.of(2, 0, 0, 0) }), /weight 2/],
    ["too few weights", withWeights("conv", { integers: Int8Array.of(1) }), /conv has 1 weights/],
    ["a scale of zero", withWeights("head", { scale: Float64Array.of(0, 1) }), /head, channel 0: weight scale 0/],
    ["a width that the grid lacks", withWeights("head", { bits: 8 }), /midRise grid has 1 to 7 bits, found 8/],
    ["a missing output scale", { ...EXAMPLE_NETWORK, scales: new Map([["conv", 1]]) }, /pool: output scale undefined/],
    ["missing weights", { ...EXAMPLE_NETWORK, weights: new Map() }, /conv has no weights/],
    [
      "more classes than logits",
      { ...EXAMPLE_NETWORK, graph: { ...EXAMPLE_NETWORK.graph, classes: ["a", "b", "c"] } },
      /2 logits for 3/,
    ],
    [
      "no head",
      { ...EXAMPLE_NETWORK, graph: { ...EXAMPLE_NETWORK.graph, nodes: EXAMPLE_NETWORK.graph.nodes.slice(0, 2) } },
      /ends in averagePool/,
    ],
  ])("refuses %s", (_, network, message) => {
    expect(() => pack(network)).toThrow(message);
  });
});
