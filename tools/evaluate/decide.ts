import { CONDITIONED_INPUT, Engine } from "qhubert-engine";

/** Cache for unpacked weight tiles, which a host has memory for. */
const TILE_CACHE_BYTES = 32 << 20;

/** A record's pooled decision. */
export interface RecordDecision {
  readonly name: string;
  /** Mean logits of the record's decisions; null where the record is too short for one. */
  readonly logits: Float64Array | null;
}

/**
 * Decides records on the engine. A record's decision is the mean logits of its decisions over the whole record.
 *
 * @param records conditioned records: int16, 500 Hz, microvolts
 */
export async function decideRecords(
  model: Uint8Array,
  records: readonly { readonly name: string; readonly samples: Int16Array }[],
  onProgress?: (done: number, total: number) => void,
): Promise<RecordDecision[]> {
  const engine = await Engine.load(model, { tileCacheBytes: TILE_CACHE_BYTES });
  engine.configureInput(CONDITIONED_INPUT);
  return records.map(({ name, samples }, index) => {
    engine.reset();
    const events = [...engine.push(samples), ...engine.finish()];
    const decisions = events.flatMap((event) => (event.kind === "decision" ? [event.logits] : []));
    onProgress?.(index + 1, records.length);
    return { name, logits: decisions.length === 0 ? null : meanOf(decisions) };
  });
}

function meanOf(rows: readonly Float64Array[]): Float64Array {
  return rows[0].map((_, column) => rows.reduce((sum, row) => sum + row[column], 0) / rows.length);
}
