import { bench, describe } from "vitest";
import { CONDITIONED_INPUT, Engine, type EngineEvent } from "../host/index.ts";
import { BUILDS, edgeModel, HOP_SAMPLES, sinusCounts, TILE_CACHE_BYTES, WINDOW_SAMPLES } from "./shapes.ts";

const OPTIONS = { time: 1000, warmupTime: 300 };

const model = await edgeModel();
const record = sinusCounts(WINDOW_SAMPLES / 500, 500);
const hop = record.subarray(0, HOP_SAMPLES);
const expected = JSON.stringify(runWindow(await loaded("scalar", 0)));

async function loaded(build: (typeof BUILDS)[number], tileCacheBytes: number): Promise<Engine> {
  const engine = await Engine.load(model, { build, tileCacheBytes });
  engine.configureInput(CONDITIONED_INPUT);
  return engine;
}

function runWindow(engine: Engine): EngineEvent[] {
  engine.reset();
  return engine.push(record);
}

const variants = await Promise.all(
  BUILDS.flatMap((build) =>
    [0, TILE_CACHE_BYTES].map(async (cache) => {
      const engine = await loaded(build, cache);
      const name = `${build}, ${cache === 0 ? "no tile cache" : "tile cache"}`;
      engine.selfTest();
      if (JSON.stringify(runWindow(engine)) !== expected)
        throw new Error(`${name}: its events are not those of the scalar build`);
      return { name, engine };
    }),
  ),
);

describe("a window of 10.24 s, resnet1d-edge", () => {
  for (const { name, engine } of variants) bench(name, () => void runWindow(engine), OPTIONS);
});

describe("a hop of 0.512 s in a running stream, resnet1d-edge", () => {
  for (const { name, engine } of variants) bench(name, () => void engine.push(hop), OPTIONS);
});
