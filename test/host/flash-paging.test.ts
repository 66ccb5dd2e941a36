import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { NOT_ENOUGH_RAM, OK } from "../../assembly/shared/status.ts";
import { compileEngine, type EngineBuild, instantiateEngine } from "../../host/engine-module.ts";
import { drainEvents } from "../../host/events.ts";
import { ModelFile } from "../../host/index.ts";
import { pack } from "../../tools/export/pack.ts";
import { largestWeight, type QuantizedNetwork } from "../../tools/export/quantized-network.ts";
import { hubertSmall } from "../../tools/graph/hubert.ts";
import { SeededRandom } from "../../tools/random/random.ts";
import { wideNetwork } from "../cases/random-wide-network.ts";

const PAGE_BYTES = 65536;
const MOST_RAM_BYTES = 4 << 20;
const INPUT_SAMPLES = 128;

/** The same network with 8-bit weights throughout, of no meaning and soon made. */
function atEightBits(network: QuantizedNetwork): QuantizedNetwork {
  const weights = [...network.weights].map(([name, { grid, bits, integers, scale, bias }]) => {
    const eightBits = integers.map((_, index) => ((index * 7919) % 255) - 127);
    const smaller = scale.map((step) => (step * largestWeight(grid, bits)) / 127);
    return [name, { grid: "midTread", bits: 8, integers: eightBits, scale: smaller, bias }] as const;
  });
  return { ...network, weights: new Map(weights) };
}

const folder = mkdtempSync(join(tmpdir(), "qhubert-paging-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** An engine in as little memory as it takes, over a model that stays in its file. */
async function engineOver(path: string, model: ModelFile, build: EngineBuild, memoryBytes: number) {
  const pages = Math.ceil(memoryBytes / PAGE_BYTES);
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages });
  const file = openSync(path, "r");
  let bytesRead = 0;
  const engine = instantiateEngine(await compileEngine(build), memory, (offset, destination, bytes) => {
    bytesRead += readSync(file, new Uint8Array(memory.buffer, destination, bytes), 0, bytes, offset);
    return 0;
  });
  expect(engine.initialize(memory.buffer.byteLength)).toBe(OK);
  const status = engine.loadModel(model.bytes.length, 0, 0);
  return { engine, memory, status, bytesRead: () => bytesRead, close: () => closeSync(file) };
}

async function statusIn(path: string, model: ModelFile, memoryBytes: number): Promise<number> {
  const { status, close } = await engineOver(path, model, "scalar", memoryBytes);
  close();
  return status;
}

describe("hubert-small, 30 MB of weights in a file", async () => {
  const bytes = pack(atEightBits(wideNetwork(hubertSmall(["N", "A", "O", "~"]), 3)));
  const model = new ModelFile(bytes);
  const path = join(folder, "small.qhb");
  writeFileSync(path, bytes);

  it("has a file of 30 MB, and loads in less than 4 MB of RAM, but in no page less than it says", async () => {
    expect(bytes.length).toBeGreaterThan(30e6);
    const { engine, status, close } = await engineOver(path, model, "scalar", MOST_RAM_BYTES - PAGE_BYTES);
    expect(status).toBe(OK);
    const ramBytes = engine.ramBytes();
    close();
    // The file, packed without a run, states the arena alone.
    expect(ramBytes).toBeGreaterThan(model.budget.ramBytes);
    expect(await statusIn(path, model, ramBytes)).toBe(OK);
    expect(await statusIn(path, model, ramBytes - PAGE_BYTES)).toBe(NOT_ENOUGH_RAM);
  });

  it("decides on 10.24 s within 4 MB, its weights read a tile at a time", async () => {
    const { engine, memory, status, bytesRead, close } = await engineOver(
      path,
      model,
      "simd",
      MOST_RAM_BYTES - PAGE_BYTES,
    );
    expect(status).toBe(OK);
    expect(engine.configureInput(500_000, 1_000_000, 1)).toBe(OK);
    const loaded = bytesRead();
    const random = new SeededRandom(7);
    for (let sent = 0; sent < model.windowSamples; sent += INPUT_SAMPLES) {
      const samples = Int32Array.from({ length: INPUT_SAMPLES }, () => Math.round(1000 * random.normal()));
      new Int32Array(memory.buffer, engine.inputAt(), INPUT_SAMPLES).set(samples);
      expect(engine.push(INPUT_SAMPLES)).toBe(INPUT_SAMPLES);
    }
    const decisions = drainEvents(engine, memory, model.classes, 1).filter(({ kind }) => kind === "decision");
    expect(decisions).toHaveLength(1);
    expect(memory.buffer.byteLength).toBeLessThan(MOST_RAM_BYTES);
    const weightBytes = model.layers.reduce((sum, layer) => sum + layer.weightsBytes, 0);
    expect(bytesRead() - loaded).toBeGreaterThanOrEqual(weightBytes);
    close();
  });
});
