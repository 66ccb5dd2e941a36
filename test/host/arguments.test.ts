import { describe, expect, it } from "vitest";
import { INPUT_FINISHED, NOT_ENOUGH_RAM } from "../../assembly/shared/status.ts";
import { Engine, type EngineOptions } from "../../host/engine.ts";
import { streamingModel } from "./hostile/models.ts";
import { BUILDS } from "./implementations.ts";

const load = (options: unknown): Promise<Engine> => Engine.load(streamingModel, options as EngineOptions);

describe("arguments of Engine.load", () => {
  it.each([
    ["a string", "model.qhb"],
    ["an ArrayBuffer", new ArrayBuffer(8)],
    ["nothing", undefined],
    ["null", null],
  ])("refuses a model that is %s", async (_, model) => {
    await expect(Engine.load(model as unknown as Uint8Array)).rejects.toThrow(TypeError);
  });

  it.each([
    ["a Uint8Array", Uint8Array.from(streamingModel)],
    ["a Buffer, as readFile gives it", Buffer.from(streamingModel)],
  ])("keeps its own copy of %s", async (_, model) => {
    const record = Int16Array.from({ length: 500 }, (_, at) => ((at * 7919) % 4001) - 2000);
    const engine = await Engine.load(model);
    const crcs = engine.layerCrcs(record);
    model.fill(0);
    expect(engine.layerCrcs(record)).toEqual(crcs);
  });

  it("names the build that there is not", async () => {
    await expect(load({ build: "turbo" })).rejects.toThrow(RangeError);
    await expect(load({ build: "turbo" })).rejects.toThrow('"turbo"');
  });

  it.each([
    ["ramBytes", -1],
    ["ramBytes", 0.5],
    ["ramBytes", Number.NaN],
    ["tileCacheBytes", -1],
    ["tileCacheBytes", 2 ** 31],
  ])("names %s of %d bytes", async (option, value) => {
    await expect(load({ [option]: value })).rejects.toThrow(RangeError);
    await expect(load({ [option]: value })).rejects.toThrow(`${option} must be a whole number of bytes`);
    await expect(load({ [option]: value })).rejects.toThrow(String(value));
  });
});

describe.each(BUILDS)("RAM (%s)", (build) => {
  it("is exactly what the engine says it takes", async () => {
    const { ramBytes } = await Engine.load(streamingModel, { build });
    const engine = await Engine.load(streamingModel, { build, ramBytes });
    expect(engine.ramBytes).toBe(ramBytes);
    await expect(Engine.load(streamingModel, { build, ramBytes: ramBytes - 1 })).rejects.toMatchObject({
      code: NOT_ENOUGH_RAM,
      message: expect.stringContaining(String(ramBytes)),
    });
  });

  it.each([0, 1, 100, 4096])("of %i bytes is refused", async (ramBytes) => {
    await expect(Engine.load(streamingModel, { build, ramBytes })).rejects.toMatchObject({ code: NOT_ENOUGH_RAM });
  });

  it("beyond the plan keeps weights and changes nothing else", async () => {
    const record = Int16Array.from({ length: 700 }, (_, at) => ((at * 7919) % 4001) - 2000);
    const plain = await Engine.load(streamingModel, { build });
    const crcs = plain.layerCrcs(record);
    for (const tileCacheBytes of [1, 500, 2000, 100_000]) {
      const cached = await Engine.load(streamingModel, { build, tileCacheBytes });
      expect(cached.layerCrcs(record)).toEqual(crcs);
      expect(cached.layerCrcs(record)).toEqual(crcs);
      expect(cached.ramBytes).toBeLessThanOrEqual(plain.ramBytes + tileCacheBytes + 16);
    }
  });
});

describe("arguments of configureInput, push and finish", () => {
  const input = { sampleRateHz: 500, millivoltsPerCount: 0.001 };

  it.each([124.9, 1000.1, 0, -500, Number.NaN, Number.POSITIVE_INFINITY])(
    "names a rate of %d Hz",
    async (sampleRateHz) => {
      const engine = await load({});
      expect(() => engine.configureInput({ ...input, sampleRateHz })).toThrow(RangeError);
      expect(() => engine.configureInput({ ...input, sampleRateHz })).toThrow(`found ${sampleRateHz}`);
    },
  );

  it.each([0, -0.001, 2.1, Number.NaN])("names a count of %d mV", async (millivoltsPerCount) => {
    const engine = await load({});
    expect(() => engine.configureInput({ ...input, millivoltsPerCount })).toThrow(RangeError);
    expect(() => engine.configureInput({ ...input, millivoltsPerCount })).toThrow(`found ${millivoltsPerCount}`);
  });

  it("has no conditioned samples but at 500 Hz", async () => {
    const engine = await load({});
    expect(() => engine.configureInput({ ...input, sampleRateHz: 250, conditioned: true })).toThrow(
      "found sampleRateHz 250",
    );
  });

  it.each([
    ["Float32Array", new Float32Array(1)],
    ["Array", [1]],
    ["null", null],
    ["undefined", undefined],
    ["Uint16Array", new Uint16Array(1)],
  ])("refuses samples in a %s by its name", async (name, samples) => {
    const engine = await load({});
    expect(() => engine.push(samples as unknown as Int16Array)).toThrow(TypeError);
    expect(() => engine.push(samples as unknown as Int16Array)).toThrow(name);
  });

  it("takes no sample behind the end of a record, until a reset", async () => {
    const engine = await load({});
    engine.push(new Int16Array(10));
    engine.finish();
    expect(() => engine.push(new Int16Array(1))).toThrow(expect.objectContaining({ code: INPUT_FINISHED }));
    engine.reset();
    expect(() => engine.push(new Int16Array(1))).not.toThrow();
  });

  it("finishes twice without a second decision", async () => {
    const engine = await load({});
    engine.push(new Int16Array(10));
    expect(engine.finish().length).toBe(1);
    expect(engine.finish()).toEqual([]);
  });
});
