import { mkdirSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { EngineError, engineBytes, FrontEnd } from "qhubert-engine";
import { DataError } from "../files/data-error.ts";
import { sha256 } from "../files/sha256.ts";
import { fitsCache, readConditioned, writeConditioned } from "./conditioned-cache.ts";
import type { FiledRecord } from "./dataset.ts";
import { leadInput } from "./lead-input.ts";
import type { SkippedRecord } from "./listing.ts";
import { pickLead } from "./pick-lead.ts";
import type { ConditionedRecord, Dataset, EcgRecord } from "./record.ts";

export interface ConditionOptions {
  /** The lead, by name or index; default as in `pickLead`. */
  readonly lead?: string;
  /** Folder that keeps conditioned data sets that come from files; without it none is kept. */
  readonly cacheDir?: string;
  readonly onProgress?: (done: number, total: number) => void;
  /** Called for each damaged record, which is then left out; without it the first one throws. */
  readonly onDamaged?: (damaged: SkippedRecord) => void;
}

/**
 * Runs one lead of a record through the engine's own front end.
 *
 * @returns int16, 500 Hz, one count per microvolt
 * @throws DataError if the lead is missing, or the front end refuses its rate or its scale, or makes no sample of it
 */
export function conditionRecord(frontEnd: FrontEnd, record: EcgRecord, lead?: string): Int16Array {
  const picked = pickLead(record, lead);
  const { samples } = picked;
  try {
    const conditioned = frontEnd.condition(samples, leadInput(record, picked)).samples;
    if (conditioned.length > 0) return conditioned;
    throw new DataError(`record ${record.name}: has ${samples.length} samples, fewer than the front end waits for`);
  } catch (error) {
    if (error instanceof EngineError || error instanceof RangeError)
      throw new DataError(`record ${record.name}: ${error.message}`);
    throw error;
  }
}

/**
 * Conditions the records of a data set, in their order.
 *
 * A copy of up to 2 GB is kept. It serves again for the same files, lead and engine if its checksum is right. Otherwise
 * it is made anew, and copies that another engine made of the same signals are removed.
 *
 * @throws DataError
 */
export async function conditionDataset(dataset: Dataset, options: ConditionOptions = {}): Promise<ConditionedRecord[]> {
  const place = options.cacheDir ? await placeInCache(dataset, options.cacheDir, options.lead) : undefined;
  const kept = place && readConditioned(join(place.folder, place.file), dataset.records.length);
  const signals = await conditionAll(dataset, options, kept);
  if (place && !kept && fitsCache(signals)) keepCopy(place, signals);
  return dataset.records
    .map(({ name, label, patient }, i) => ({ name, label, patient, samples: signals[i] }))
    .filter(({ samples }) => samples.length > 0);
}

/** @param kept signals of an earlier run, empty for a record that was damaged then */
async function conditionAll(
  dataset: Dataset,
  { lead, onProgress, onDamaged }: ConditionOptions,
  kept: readonly Int16Array[] = [],
): Promise<Int16Array[]> {
  if (kept.length > 0 && kept.every((samples) => samples.length > 0)) return [...kept];
  const frontEnd = await FrontEnd.create();
  const { records } = dataset;
  return records.map((record, i) => {
    if (kept[i]?.length > 0) return kept[i];
    try {
      return conditionRecord(frontEnd, record.load(), lead);
    } catch (error) {
      if (!onDamaged || !(error instanceof DataError)) throw error;
      onDamaged({ name: record.name, reason: error.message });
      return new Int16Array(0);
    } finally {
      onProgress?.(i + 1, records.length);
    }
  });
}

const EXTENSION = ".conditioned";

interface CachePlace {
  readonly folder: string;
  /** The beginning of the name of every copy of these files and this lead. */
  readonly prefix: string;
  readonly file: string;
}

/**
 * Names the copy's file after all that it depends on; undefined if a record has no stamp, since it may change unseen.
 */
async function placeInCache(dataset: Dataset, folder: string, lead?: string): Promise<CachePlace | undefined> {
  const stamps = dataset.records.map((record) => [record.name, (record as Partial<FiledRecord>).fileStamp]);
  if (stamps.some(([, stamp]) => stamp === undefined)) return undefined;
  const prefix = `${dataset.name}-${shortHash(JSON.stringify([dataset.name, lead ?? null, stamps]))}-`;
  // Every build of the engine gives the same bytes, so the hash of one stands for all.
  return { folder, prefix, file: `${prefix}${shortHash(await engineBytes("scalar"))}${EXTENSION}` };
}

function shortHash(content: string | Uint8Array): string {
  return sha256([content]).slice(0, 16);
}

function keepCopy({ folder, prefix, file }: CachePlace, signals: readonly Int16Array[]): void {
  mkdirSync(folder, { recursive: true });
  writeConditioned(join(folder, file), signals);
  for (const other of readdirSync(folder)) {
    const isOlderCopy = other.startsWith(prefix) && other.endsWith(EXTENSION) && other !== file;
    if (isOlderCopy) rmSync(join(folder, other), { force: true });
  }
}
