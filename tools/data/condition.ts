import { createHash } from "node:crypto";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { engineBytes } from "../../host/engine-module.ts";
import { EngineError } from "../../host/errors.ts";
import { FrontEnd } from "../../host/front-end.ts";
import { readConditioned, writeConditioned } from "./conditioned-cache.ts";
import type { FiledRecord } from "./dataset.ts";
import { pickLead } from "./pick-lead.ts";
import { type ConditionedRecord, DataError, type Dataset, type EcgRecord } from "./record.ts";

export interface ConditionOptions {
  /** By name or index; default as in `pickLead`. */
  readonly lead?: string;
  /** Where to keep conditioned data sets; default nowhere. Only data sets that come from files are kept. */
  readonly cacheDir?: string;
  readonly onProgress?: (done: number, total: number) => void;
}

/**
 * One lead of a record through the engine's own front end.
 *
 * @returns int16, 500 Hz, a count a microvolt
 * @throws DataError if the lead is missing, or the front end takes neither its rate nor its scale
 */
export function conditionRecord(frontEnd: FrontEnd, record: EcgRecord, lead?: string): Int16Array {
  const { samples, countsPerMillivolt } = pickLead(record, lead);
  const input = { sampleRateHz: record.sampleRateHz, millivoltsPerCount: 1 / countsPerMillivolt };
  try {
    return frontEnd.condition(samples, input).samples;
  } catch (error) {
    if (error instanceof EngineError || error instanceof RangeError)
      throw new DataError(`record ${record.name}: ${error.message}`);
    throw error;
  }
}

/**
 * A data set as the network sees it, in its order.
 *
 * A kept copy is used only if it is of the same files, lead and engine, and its checksum is right; else it is made
 * anew. Copies of an older engine stay in the folder until somebody clears it.
 *
 * @throws DataError
 */
export async function conditionDataset(dataset: Dataset, options: ConditionOptions = {}): Promise<ConditionedRecord[]> {
  const cachePath = options.cacheDir && (await pathInCache(dataset, options.cacheDir, options.lead));
  const cached = cachePath ? readConditioned(cachePath, dataset.records.length) : undefined;
  const signals = cached ?? (await conditionAll(dataset, options));
  if (cachePath && !cached) writeConditioned(cachePath, signals);
  return dataset.records.map(({ name, label, patient }, i) => ({ name, label, patient, samples: signals[i] }));
}

async function conditionAll(dataset: Dataset, { lead, onProgress }: ConditionOptions): Promise<Int16Array[]> {
  const frontEnd = await FrontEnd.create();
  return dataset.records.map((record, i) => {
    const samples = conditionRecord(frontEnd, record.load(), lead);
    onProgress?.(i + 1, dataset.records.length);
    return samples;
  });
}

/** The copy's path, named after all that it depends on; undefined if a record has no stamp: it may change unseen. */
async function pathInCache(dataset: Dataset, folder: string, lead: string | undefined): Promise<string | undefined> {
  const stamps = dataset.records.map((record) => [record.name, (record as Partial<FiledRecord>).fileStamp]);
  if (stamps.some(([, stamp]) => stamp === undefined)) return undefined;
  // Every build of the engine gives the same bytes, so one stands for all.
  const hash = createHash("sha256").update(await engineBytes("scalar"));
  hash.update(JSON.stringify([dataset.name, lead ?? null, stamps]));
  mkdirSync(folder, { recursive: true });
  return join(folder, `${dataset.name}-${hash.digest("hex").slice(0, 16)}.conditioned`);
}
