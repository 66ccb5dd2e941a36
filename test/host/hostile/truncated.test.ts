import { describe, expect, it } from "vitest";
import * as layout from "../../../assembly/shared/layout.ts";
import { Engine } from "../../../host/engine.ts";
import { EngineError } from "../../../host/errors.ts";
import { BUILDS } from "../implementations.ts";
import { ModelEditor } from "./model-editor.ts";
import { streamingModel } from "./models.ts";

describe.each(BUILDS)("a model cut off at any byte (%s)", (build) => {
  const refusal = (file: Uint8Array): Promise<unknown> =>
    Engine.load(file, { build }).then(
      () => "loaded",
      (error) => error,
    );

  it("is refused", async () => {
    for (let bytes = 0; bytes < streamingModel.length; bytes++) {
      expect(await refusal(streamingModel.subarray(0, bytes)), `${bytes} bytes`).toBeInstanceOf(EngineError);
    }
  });

  it("is refused even where length and CRC fit the rest", async () => {
    for (let bytes = layout.HEADER_BYTES; bytes < streamingModel.length; bytes++) {
      const model = new ModelEditor(streamingModel);
      model.resize(bytes);
      expect(await refusal(model.sealed()), `${bytes} bytes`).toBeInstanceOf(EngineError);
    }
  });
});
