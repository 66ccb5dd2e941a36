import { CONDITIONED_INPUT, Engine, type EngineBuild, type EngineEvent } from "qhubert-engine";
import { checkSameLogits } from "./logits-check.ts";
import { type Prepared, RefusedError } from "./row.ts";

/** A packed model, a record, and the logits of every decision that the scalar build gives on it. */
export interface Fixture {
  readonly file: Uint8Array;
  readonly samples: Int16Array;
  readonly logits: readonly Float64Array[];
}

/** A tile cache for all unpacked weights of any network here, as a host with memory to spare grants it. */
export const HOST_CACHE_BYTES = 64 << 20;

/** Runs the scalar build, which everything else is compared with. */
export async function fixtureOf(file: Uint8Array, samples: Int16Array): Promise<Fixture> {
  const engine = await loadEngine(file, "scalar", HOST_CACHE_BYTES);
  return { file, samples, logits: logitsOf(recordRun(engine, samples)()) };
}

/**
 * Loads the fixture's model into a build. Throws RefusedError where its decisions are not the scalar build's,
 * EngineError where it takes more RAM than it is granted.
 */
export async function checkedEngine(
  fixture: Fixture,
  build: EngineBuild,
  cacheBytes: number,
  ramBytes?: number,
): Promise<Engine> {
  const engine = await loadEngine(fixture.file, build, cacheBytes, ramBytes);
  checkSameLogits(logitsOf(recordRun(engine, fixture.samples)()), fixture.logits);
  return engine;
}

async function loadEngine(file: Uint8Array, build: EngineBuild, tileCacheBytes: number, ramBytes?: number) {
  const engine = await Engine.load(file, { build, tileCacheBytes, ramBytes });
  engine.configureInput(CONDITIONED_INPUT);
  return engine;
}

/** Returns a call that runs a whole record, from its first sample to its last decision. */
export function recordRun(engine: Engine, samples: Int16Array): () => EngineEvent[] {
  return () => {
    engine.reset();
    return [...engine.push(samples), ...engine.finish()];
  };
}

/** Makes a row of `recordRun`. */
export function windowRun(engine: Engine, samples: Int16Array): Prepared {
  return { run: recordRun(engine, samples), ramBytes: engine.ramBytes };
}

/**
 * Makes a row that pushes the next hop of an endless stream, the record over and over. A hop gives one decision.
 * Throws RefusedError where it gives another number of them.
 */
export function hopRun(engine: Engine, samples: Int16Array, hopSamples: number): Prepared {
  let at = 0;
  const next = () => {
    if (at + hopSamples > samples.length) at = 0;
    at += hopSamples;
    return engine.push(samples.subarray(at - hopSamples, at));
  };
  engine.reset();
  engine.push(samples);
  const decisions = logitsOf(next()).length;
  if (decisions !== 1) throw new RefusedError(`a hop of ${hopSamples} samples gives ${decisions} decisions, not 1`);
  return { run: next, ramBytes: engine.ramBytes };
}

function logitsOf(events: readonly EngineEvent[]): Float64Array[] {
  return events.flatMap((event) => (event.kind === "decision" ? [event.logits] : []));
}
