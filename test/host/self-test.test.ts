import { describe, expect, it } from "vitest";
import * as layout from "../../assembly/shared/layout.ts";
import { SELF_TEST_MISMATCH } from "../../assembly/shared/status.ts";
import { Engine } from "../../host/engine.ts";
import { runnableBuilds } from "../../host/engine-module.ts";
import { ModelEditor } from "./hostile/model-editor.ts";
import { narrowModel, oneWindowModel, STREAMING_LAYERS, streamingModel, transformerModel } from "./hostile/models.ts";
import { BUILDS, CONDITIONED } from "./implementations.ts";

describe.each(BUILDS)("self-test (%s)", (build) => {
  it.each([streamingModel, narrowModel, oneWindowModel])(
    "passes where the golden CRCs are the reference's (model %#)",
    async (model) => {
      const engine = await Engine.load(model, { build });
      expect(() => engine.selfTest()).not.toThrow();
    },
  );

  it.each(Object.entries(STREAMING_LAYERS))("names the layer whose CRC is another: %s", async (_, layer) => {
    const editor = new ModelEditor(streamingModel);
    const at = layout.GOLDEN_CRCS_AT + 4 * layer;
    editor.golden.setUint32(at, editor.golden.getUint32(at, true) ^ 1, true);
    const engine = await Engine.load(editor.sealed(), { build });
    const { name } = engine.model.layers[layer];
    expect(() => engine.selfTest()).toThrow(
      expect.objectContaining({ name: "EngineError", code: SELF_TEST_MISMATCH, layer }),
    );
    expect(() => engine.selfTest()).toThrow(name);
  });

  it("does not change what the next record gives", async () => {
    const record = Int16Array.from({ length: 500 }, (_, at) => ((at * 7919) % 4001) - 2000);
    const fresh = await Engine.load(streamingModel, { build });
    const tested = await Engine.load(streamingModel, { build });
    tested.selfTest();
    expect(tested.layerCrcs(record)).toEqual(fresh.layerCrcs(record));
    tested.selfTest();
    tested.configureInput(CONDITIONED);
    fresh.configureInput(CONDITIONED);
    expect(tested.push(record)).toEqual(fresh.push(record));
  });
});

describe("the build that a host chooses", () => {
  it("is the fastest that the machine runs", async () => {
    const engine = await Engine.load(streamingModel);
    expect(engine.build).toBe(runnableBuilds()[0]);
    expect(engine.build).toBe("relaxed");
  });

  it("is simd for a model whose products are all over wide rows", async () => {
    expect((await Engine.load(transformerModel)).build).toBe("simd");
  });

  it("is relaxed only where that passes the model's self-test", async () => {
    const editor = new ModelEditor(streamingModel);
    editor.golden.setUint32(layout.GOLDEN_CRCS_AT, editor.golden.getUint32(layout.GOLDEN_CRCS_AT, true) ^ 1, true);
    const engine = await Engine.load(editor.sealed());
    expect(engine.build).toBe("simd");
    // It was the file that was wrong: what it computes is right.
    const record = Int16Array.from({ length: 500 }, (_, at) => ((at * 7919) % 4001) - 2000);
    const sound = await Engine.load(streamingModel, { build: "scalar" });
    expect(engine.layerCrcs(record)).toEqual(sound.layerCrcs(record));
  });
});
