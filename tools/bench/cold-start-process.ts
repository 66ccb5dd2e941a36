import { performance } from "node:perf_hooks";
import { setTimeout as rest } from "node:timers/promises";
import { CONDITIONED_INPUT, Engine, type EngineBuild, FrontEnd } from "qhubert-engine";
import type { QuantizedNetwork } from "../export/quantized-network.ts";
import { prepareBuilds } from "./builds.ts";
import { HOST_CACHE_BYTES, recordRun } from "./engine-run.ts";
import type { Precision } from "./peers/peer.ts";
import { PEERS, windowMillivolts } from "./peers/peer-rows.ts";
import { ecgWindow } from "./subject.ts";

/** The engine or peer that one process starts from cold. */
export type ColdStartTask =
  | { readonly kind: "engine"; readonly build: EngineBuild; readonly file: Uint8Array }
  | { readonly kind: "peer"; readonly name: string; readonly precision: Precision; readonly network: QuantizedNetwork };

/** Milliseconds of the parts of one start, in their order. */
export interface ColdStartTimes {
  /** Compiling and instantiating the WebAssembly, without weights. */
  readonly startMs: number;
  /** Loading the network. */
  readonly loadMs: number;
  /** Deciding the first window. */
  readonly firstDecisionMs: number;
}

async function startEngine(build: EngineBuild, file: Uint8Array): Promise<ColdStartTimes> {
  const window = ecgWindow();
  prepareBuilds([build]);
  return timed(
    () => FrontEnd.create(build),
    () => Engine.load(file, { build, tileCacheBytes: HOST_CACHE_BYTES }),
    async (engine) => {
      engine.configureInput(CONDITIONED_INPUT);
      recordRun(engine, window)();
    },
  );
}

async function startPeer(name: string, precision: Precision, network: QuantizedNetwork): Promise<ColdStartTimes> {
  const window = windowMillivolts();
  const peer = PEERS.find((candidate) => candidate.name === name);
  if (!peer) throw new RangeError(`no peer is named ${name}`);
  const runtime = await peer.open();
  const load = await runtime.encode(network, window.length, precision);
  return timed(
    () => runtime.start(),
    load,
    (model) => model(window),
  );
}

/**
 * V8 goes on in the background for a while with earlier work of the process, which would be counted: 10 to 20 ms of it.
 */
const REST_MS = 300;

async function timed<T>(
  start: () => Promise<unknown>,
  load: () => Promise<T>,
  decide: (loaded: T) => Promise<unknown>,
): Promise<ColdStartTimes> {
  await rest(REST_MS);
  const began = performance.now();
  await start();
  const started = performance.now();
  const loaded = await load();
  const ready = performance.now();
  await decide(loaded);
  return { startMs: started - began, loadMs: ready - started, firstDecisionMs: performance.now() - ready };
}

process.once("message", async (task: ColdStartTask) => {
  const times =
    task.kind === "engine"
      ? await startEngine(task.build, task.file)
      : await startPeer(task.name, task.precision, task.network);
  process.send?.(times, () => process.disconnect());
});
