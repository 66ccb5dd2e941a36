import { describe, expect, it } from "vitest";
import * as status from "../../assembly/shared/status.ts";
import { Engine } from "../../host/engine.ts";
import { BUILDS } from "../engine/implementations.ts";
import { HOSTILE_CASES } from "./cases.ts";
import { ModelEditor } from "./model-editor.ts";
import { oneWindowModel, streamingModel } from "./models.ts";

it("every status of a model file has a hostile file", () => {
  const codes = Object.keys(status).filter((name) => /^(MODEL|LAYER|PLAN|BUDGET|GOLDEN)_/.test(name));
  const covered = new Set<string>(HOSTILE_CASES.map(({ code }) => code));
  // A failing flash is no file: flash.test.ts.
  covered.add("MODEL_FLASH_READ_FAILED");
  expect(codes.filter((code) => !covered.has(code))).toEqual([]);
});

describe.each(BUILDS)("a hostile model (%s)", (build) => {
  it.each([streamingModel, oneWindowModel])("is sound before it is edited (model %#)", async (model) => {
    const engine = await Engine.load(new ModelEditor(model).sealed(), { build });
    expect(() => engine.selfTest()).not.toThrow();
  });

  it.each(HOSTILE_CASES)("$code: $what", async ({ code, edit, from = streamingModel, unsealed }) => {
    const model = new ModelEditor(from);
    edit(model);
    const loading = Engine.load(unsealed ? model.unsealed() : model.sealed(), { build });
    await expect(loading).rejects.toMatchObject({ name: "EngineError", code: status[code] });
  });
});
