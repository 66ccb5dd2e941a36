import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { Engine, ModelFile } from "../../host/index.ts";
import { readFloatModel } from "../../tools/export/safetensors/safetensors.ts";
import { buildGraph } from "../../tools/graph/families.ts";
import { BUILDS } from "../host/implementations.ts";

const FOLDER = "models";
const packed = readdirSync(FOLDER).filter((name) => name.endsWith(".qhb"));

describe.each(packed)("%s", (name) => {
  const bytes = new Uint8Array(readFileSync(join(FOLDER, name)));

  it.each(BUILDS)("passes its golden vectors (%s)", async (build) => {
    const engine = await Engine.load(bytes, { build });
    expect(engine.model.goldenSamples).toBeGreaterThan(500);
    engine.selfTest();
  });

  it("keeps its budget contract on the scalar build", async () => {
    const engine = await Engine.load(bytes, { build: "scalar" });
    expect(engine.ramBytes).toBe(engine.model.budget.ramBytes);
  });

  it("ships with the float model that it was made from", () => {
    const model = readFloatModel(join(FOLDER, name.replace(".qhb", ".safetensors")));
    const { layers, classes } = new ModelFile(bytes);
    expect(layers.map((layer) => layer.name)).toEqual(model.graph.nodes.map((node) => node.name));
    expect(classes).toEqual(model.graph.classes);
    expect(model.graph).toEqual(buildGraph(model.graph.name, classes));
  });

  it("names no folder of the machine that made it", () => {
    const model = readFloatModel(join(FOLDER, name.replace(".qhb", ".safetensors")));
    expect(JSON.stringify([model.facts, new ModelFile(bytes).metadata])).not.toMatch(/"[^" ]*[/\\][^" ]*"/);
  });
});
