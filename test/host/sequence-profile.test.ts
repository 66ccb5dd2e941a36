import { describe, expect, it } from "vitest";
import { Engine } from "../../host/index.ts";
import { pack } from "../../tools/export/pack.ts";
import { cropMacs } from "../../tools/graph/costs.ts";
import { type HubertOptions, hubert } from "../../tools/graph/hubert.ts";
import { wideNetwork } from "../cases/random-wide-network.ts";

const SHAPE = { classes: ["a", "b"], convChannels: 16, width: 32, blocks: 1, heads: 2, hidden: 24, positionKernel: 8 };
const HOP = 4;
const WARMUP = 16;
const WINDOW = 79;

async function engineOf(sequence: HubertOptions["sequence"]) {
  const graph = hubert({ ...SHAPE, name: "small", sequence });
  const engine = await Engine.load(pack(wideNetwork(graph, 2)), { build: "simd" });
  engine.configureInput({ sampleRateHz: 500, millivoltsPerCount: 0.001, conditioned: true });
  return { graph, engine };
}

const noise = (count: number) => Int16Array.from({ length: count }, (_, at) => ((at * 7919) % 4001) - 2000);
const layerOf = (engine: Engine, name: string) => engine.profile().layers.find((layer) => layer.name === name);

describe("the profile of a network with sequences", () => {
  it("counts a one-window network's multiply-accumulates as the graph does", async () => {
    const samples = 1024;
    const { graph, engine } = await engineOf({ kind: "oneWindow", samples });
    engine.push(noise(2 * samples));
    expect(engine.profile()).toMatchObject({ decisions: 2, macs: 2 * cropMacs(graph, samples) });
  });

  it("counts those of attention over the rows that each sequence has", async () => {
    const { engine } = await engineOf({ kind: "stream", hop: HOP, warmup: WARMUP });
    engine.push(noise(64 * 100));
    const { decisions } = engine.profile();
    const lengths = Array.from({ length: decisions }, (_, i) => Math.min(WINDOW, WARMUP + HOP * i));
    expect(lengths.at(-1)).toBe(WINDOW);
    const rows = lengths.reduce((sum, length) => sum + length, 0);
    const squares = lengths.reduce((sum, length) => sum + length ** 2, 0);
    expect(layerOf(engine, "block1.attention")).toMatchObject({
      op: "attention",
      rows,
      macs: 2 * SHAPE.width * squares,
    });
    expect(layerOf(engine, "position")).toMatchObject({ macs: rows * 8 * 2 * 32 });
    expect(layerOf(engine, "position.norm")).toMatchObject({ op: "layerNorm", rows, macs: 0 });
    expect(layerOf(engine, "window")).toMatchObject({ op: "window", rows });
  });

  it("goes on counting from a snapshot", async () => {
    const { engine } = await engineOf({ kind: "stream", hop: HOP, warmup: WARMUP });
    const first = 64 * 40;
    engine.push(noise(first));
    const before = engine.profile();
    const snapshot = engine.snapshot();
    engine.push(noise(64 * 50));
    const whole = engine.profile();
    engine.restore(snapshot);
    engine.push(noise(64 * 50));
    const rest = engine.profile();
    expect(rest.decisions).toBe(whole.decisions - before.decisions);
    expect(rest.macs).toBe(whole.macs - before.macs);
  });

  it("counts the one decision of a record shorter than the warm-up", async () => {
    const { engine } = await engineOf({ kind: "stream", hop: HOP, warmup: WARMUP });
    engine.push(noise(500));
    engine.finish();
    const attention = layerOf(engine, "block1.attention");
    expect(engine.profile().decisions).toBe(1);
    expect(attention?.rows).toBeGreaterThan(0);
    expect(attention?.rows).toBeLessThan(WARMUP);
    expect(attention?.macs).toBe(2 * SHAPE.width * (attention?.rows ?? 0) ** 2);
  });
});
