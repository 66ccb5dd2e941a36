import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { SECTION_METADATA } from "../../../assembly/shared/layout.ts";
import { Engine } from "../../../host/engine.ts";
import { draws } from "../../properties/draws.ts";
import { ModelEditor } from "./model-editor.ts";
import { streamingModel } from "./models.ts";

const CLASSES = 3;

/** The model with other metadata, which has to fit into the section. */
function withMetadata(text: string): Uint8Array | null {
  const editor = new ModelEditor(streamingModel);
  const { byteLength } = editor.section(SECTION_METADATA);
  const bytes = new TextEncoder().encode(text);
  if (bytes.length > byteLength) return null;
  const section = editor.section(SECTION_METADATA);
  for (let at = 0; at < byteLength; at++) section.setUint8(at, bytes[at] ?? " ".charCodeAt(0));
  return editor.sealed();
}

describe("metadata", () => {
  it("gives names that are texts, or numbers in their place, whatever JSON it is", async () => {
    const values = fc.oneof(
      fc.jsonValue({ maxDepth: 2 }),
      fc.array(fc.jsonValue({ maxDepth: 1 }), { minLength: CLASSES, maxLength: CLASSES }),
    );
    await fc.assert(
      fc.asyncProperty(values, values, fc.jsonValue(), async (classes, layerNames, name) => {
        const file = withMetadata(JSON.stringify({ name, classes, layerNames }));
        fc.pre(file !== null);
        const { model } = await Engine.load(file as Uint8Array, { build: "scalar" });
        const texts = Array.isArray(classes) && classes.every((each) => typeof each === "string");
        expect(model.classes).toEqual(texts && classes.length === CLASSES ? classes : ["0", "1", "2"]);
        expect(typeof model.metadata.name).toBe("string");
        for (const layer of model.layers) expect(typeof layer.name).toBe("string");
      }),
      { numRuns: draws(60), examples: [[[{ toString: 1 }, "b", "c"], [{ toString: 1 }], "x"]] },
    );
  });

  it.each(["", "{", "null", "7", '"text"', "[]"])("of %j leaves a model that runs", async (text) => {
    const file = withMetadata(text);
    const { model } = await Engine.load(file as Uint8Array, { build: "scalar" });
    expect(model.classes).toEqual(["0", "1", "2"]);
    expect(model.metadata.name).toBe("unnamed");
  });
});
