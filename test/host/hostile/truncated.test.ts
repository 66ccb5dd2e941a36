import { describe, expect, it } from "vitest";
import * as layout from "../../../assembly/shared/layout.ts";
import { Engine } from "../../../host/engine.ts";
import { EngineError } from "../../../host/errors.ts";
import { TIER } from "../../properties/draws.ts";
import { BUILDS } from "../implementations.ts";
import { ModelEditor } from "./model-editor.ts";
import { streamingModel } from "./models.ts";

/**
 * The quick tier cuts at every byte in one of the builds, which share the source of all checks; the slow tier cuts at
 * every byte in each.
 */
const step = TIER === "quick" ? BUILDS.length : 1;

describe.each(BUILDS)("a model cut off at any byte (%s)", (build) => {
  const refusal = (file: Uint8Array): Promise<unknown> =>
    Engine.load(file, { build }).then(
      () => "loaded",
      (error) => error,
    );

  const first = BUILDS.indexOf(build) % step;

  it("is refused", async () => {
    for (let bytes = first; bytes < streamingModel.length; bytes += step) {
      expect(await refusal(streamingModel.subarray(0, bytes)), `${bytes} bytes`).toBeInstanceOf(EngineError);
    }
  });

  it("is refused even where length and CRC fit the rest", async () => {
    for (let bytes = layout.HEADER_BYTES + first; bytes < streamingModel.length; bytes += step) {
      const model = new ModelEditor(streamingModel);
      model.resize(bytes);
      expect(await refusal(model.sealed()), `${bytes} bytes`).toBeInstanceOf(EngineError);
    }
  });
});
