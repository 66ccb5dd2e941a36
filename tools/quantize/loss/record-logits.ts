import { CONDITIONED_INPUT, Engine } from "qhubert-engine";

/** The logits of a record: those of its last decision, or the mean over all decisions. */
export type Pooling = "last" | "mean";

/** Unpacked weights stay in memory: the engine gives the same bytes, faster. */
const TILE_CACHE_BYTES = 1 << 24;

/** Loads a model for records that are conditioned. Throws EngineError. */
export async function loadForRecords(file: Uint8Array): Promise<Engine> {
  const engine = await Engine.load(file, { tileCacheBytes: TILE_CACHE_BYTES });
  engine.configureInput(CONDITIONED_INPUT);
  return engine;
}

/** Runs a record; null where it is too short for a decision. */
export function recordLogits(engine: Engine, samples: Int16Array, pooling: Pooling): Float64Array | null {
  engine.reset();
  const events = [...engine.push(samples), ...engine.finish()];
  const decisions = events.flatMap((event) => (event.kind === "decision" ? [event.logits] : []));
  if (decisions.length === 0) return null;
  if (pooling === "last") return decisions[decisions.length - 1];
  return decisions[0].map((_, column) => decisions.reduce((sum, row) => sum + row[column], 0) / decisions.length);
}
