import { describe, expect, it } from "vitest";
import { Engine } from "../../host/index.ts";
import { STREAMING_LAYERS, streamingModel } from "./hostile/models.ts";
import { BUILDS } from "./implementations.ts";

const RECORD = Int16Array.from({ length: 4000 }, (_, at) => ((at * 7919) % 4001) - 2000);

describe.each(BUILDS)("profile (%s)", (build) => {
  it("takes no time unless it is asked to", async () => {
    const engine = await Engine.load(streamingModel, { build });
    engine.push(RECORD);
    for (const layer of engine.profile().layers) expect(layer).toMatchObject({ unpackMs: 0, computeMs: 0 });
  });

  it("tells compute from unpack time, layer by layer, and starts anew with a record", async () => {
    const engine = await Engine.load(streamingModel, { build });
    engine.setProfiling(true);
    const startMs = performance.now();
    engine.push(RECORD);
    engine.finish();
    const elapsedMs = performance.now() - startMs;
    const { layers } = engine.profile();
    for (const layer of layers) {
      expect(layer.computeMs, layer.name).toBeGreaterThan(0);
      // What has no weights unpacks none.
      expect(layer.unpackMs > 0, layer.name).toBe(layer.flashBytes > 0);
    }
    expect(layers.reduce((sum, { computeMs, unpackMs }) => sum + computeMs + unpackMs, 0)).toBeLessThanOrEqual(
      elapsedMs,
    );
    engine.reset();
    expect(engine.profile().layers[STREAMING_LAYERS.conv1].computeMs).toBe(0);
  });

  it("changes no event and no count", async () => {
    const plain = await Engine.load(streamingModel, { build });
    const timed = await Engine.load(streamingModel, { build });
    timed.setProfiling(true);
    expect(timed.push(RECORD)).toEqual(plain.push(RECORD));
    const counts = (engine: Engine) =>
      engine.profile().layers.map(({ name, rows, macs, flashBytes }) => ({ name, rows, macs, flashBytes }));
    expect(counts(timed)).toEqual(counts(plain));
    expect(timed.profile().macs).toBeGreaterThan(0);
  });

  it.each(["on", 1, undefined, null])("is not switched by %s", async (on) => {
    const engine = await Engine.load(streamingModel, { build });
    expect(() => engine.setProfiling(on as unknown as boolean)).toThrow(TypeError);
    expect(() => engine.setProfiling(on as unknown as boolean)).toThrow(String(on));
  });
});
