import { describe, expect, it } from "vitest";
import { Engine } from "../../host/index.ts";
import { accountForFile } from "../../tools/export/file-accounting.ts";
import { pack } from "../../tools/export/pack.ts";
import { buildGraph } from "../../tools/graph/families.ts";
import { quantizedNetwork } from "../cases/random-network.ts";

const CLASSES = ["N", "A", "O", "~"];
const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

describe("where a file's bytes are", () => {
  it.each(["resnet1d-edge", "efficient1d-nano", "hubert-nano"])("every one is counted once: %s", async (name) => {
    const { model } = await Engine.load(pack(quantizedNetwork(buildGraph(name, CLASSES), 3)));
    const { fileBytes, sections, layers } = accountForFile(model);
    expect(fileBytes).toBe(model.bytes.length);
    expect(sum(sections.map(({ bytes }) => bytes))).toBe(fileBytes);
    const bytesOf = (section: string) => sections.find((one) => one.name === section)?.bytes;
    expect(sum(layers.map(({ weightBytes }) => weightBytes))).toBe(bytesOf("weights"));
    expect(sum(layers.map(({ requantizationBytes }) => requantizationBytes))).toBe(bytesOf("requantisation"));
    expect(sum(layers.map(({ crcBytes }) => crcBytes))).toBe(bytesOf("tile CRCs"));
    // Padding fills up to 15 bytes before each of the ten sections.
    expect(bytesOf("padding")).toBeGreaterThanOrEqual(0);
    expect(bytesOf("padding")).toBeLessThan(160);
    for (const { weights, weightBytes, requantizationBytes } of layers) {
      expect(weightBytes > 0).toBe(weights > 0);
      expect(requantizationBytes).toBeGreaterThanOrEqual(0);
    }
  });
});
