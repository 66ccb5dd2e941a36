import { describe, expect, it } from "vitest";
import * as status from "../../../assembly/shared/status.ts";
import { Engine } from "../../../host/engine.ts";
import { BUILDS } from "../implementations.ts";
import { CONTENT_CASES } from "./cases/content.ts";
import { FILE_CASES } from "./cases/file.ts";
import type { HostileCase } from "./cases/hostile-case.ts";
import { LADDER_CASES } from "./cases/ladder.ts";
import { LAYER_CASES } from "./cases/layer.ts";
import { NETWORK_CASES } from "./cases/network.ts";
import { PLAN_CASES } from "./cases/plan.ts";
import { SEQUENCE_CASES } from "./cases/sequence.ts";
import { ModelEditor } from "./model-editor.ts";
import { ladderModel, narrowModel, oneWindowModel, streamingModel, transformerModel } from "./models.ts";

const CASES: readonly HostileCase[] = [
  ...FILE_CASES,
  ...NETWORK_CASES,
  ...LAYER_CASES,
  ...SEQUENCE_CASES,
  ...CONTENT_CASES,
  ...PLAN_CASES,
  ...LADDER_CASES,
];

it("every status of a model file has a hostile file", () => {
  const codes = Object.keys(status).filter((name) => /^(MODEL|LAYER|PLAN|BUDGET|GOLDEN)_/.test(name));
  // A failing flash is no file: flash.test.ts.
  const covered = new Set<string>([...CASES.map(([code]) => code), "MODEL_FLASH_READ_FAILED"]);
  expect(codes.filter((code) => !covered.has(code))).toEqual([]);
});

describe.each(BUILDS)("a hostile model (%s)", (build) => {
  it.each([streamingModel, narrowModel, oneWindowModel, transformerModel])(
    "is sound before it is edited (model %#)",
    async (model) => {
      const engine = await Engine.load(new ModelEditor(model).sealed(), { build });
      expect(() => engine.selfTest()).not.toThrow();
    },
  );

  it.each([0, 1, 2])("is sound before it is edited (rung %i of the ladder)", async (rung) => {
    const engine = await Engine.load(ladderModel, { build, rung });
    expect(() => engine.selfTest()).not.toThrow();
  });

  const named = CASES.map((hostile) => [`${hostile[0]}: ${hostile[1]}`, hostile] as const);
  it.each(named)("%s", async (_, [code, , edit, { from = streamingModel, rung = 0, unsealed = false } = {}]) => {
    const model = new ModelEditor(from, rung);
    edit(model);
    const loading = Engine.load(unsealed ? model.unsealed() : model.sealed(), { build, rung });
    await expect(loading).rejects.toMatchObject({ name: "EngineError", code: status[code] });
  });
});
