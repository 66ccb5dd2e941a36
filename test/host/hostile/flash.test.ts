import { describe, expect, it } from "vitest";
import { MODEL_FLASH_READ_FAILED, OK } from "../../../assembly/shared/status.ts";
import { compileEngine, type EngineExports, instantiateEngine } from "../../../host/engine-module.ts";
import { BUILDS } from "../implementations.ts";
import { streamingModel } from "./models.ts";

const PAGES = 16;

/** An engine over a flash whose read number `failingRead` fails; `reads()` counts them. */
async function engineOver(
  build: (typeof BUILDS)[number],
  failingRead: number,
): Promise<{ engine: EngineExports; memory: WebAssembly.Memory; reads: () => number }> {
  const memory = new WebAssembly.Memory({ initial: PAGES });
  let reads = 0;
  const flashRead = (offset: number, destination: number, bytes: number): number => {
    if (reads++ === failingRead) return 1;
    new Uint8Array(memory.buffer).set(streamingModel.subarray(offset, offset + bytes), destination);
    return 0;
  };
  const engine = await instantiateEngine(await compileEngine(build), memory, flashRead);
  expect(engine.initialize(PAGES * 65536)).toBe(OK);
  return { engine, memory, reads: () => reads };
}

describe.each(BUILDS)("a flash that fails (%s)", (build) => {
  it("at any read of loading gives MODEL_FLASH_READ_FAILED", async () => {
    const { engine, reads } = await engineOver(build, -1);
    expect(engine.loadModel(streamingModel.length, 0, 0)).toBe(OK);
    const readsOfLoading = reads();
    for (let read = 0; read < readsOfLoading; read++) {
      const { engine: failing } = await engineOver(build, read);
      expect(failing.loadModel(streamingModel.length, 0, 0), `read ${read}`).toBe(MODEL_FLASH_READ_FAILED);
    }
  });

  it("while running makes push say so, and no later record suffers", async () => {
    const loading = await engineOver(build, -1);
    expect(loading.engine.loadModel(streamingModel.length, 0, 0)).toBe(OK);
    const { engine } = await engineOver(build, loading.reads());
    expect(engine.loadModel(streamingModel.length, 0, 0)).toBe(OK);
    expect(engine.configureInput(500_000, 1_000_000, 1)).toBe(OK);
    const pushes = Array.from({ length: 10 }, () => engine.push(16));
    expect(pushes.find((taken) => taken < 0)).toBe(-MODEL_FLASH_READ_FAILED);
    engine.reset();
    expect(engine.push(16)).toBe(16);
  });
});
