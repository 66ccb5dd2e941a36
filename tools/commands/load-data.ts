import { conditionDataset } from "../data/condition.ts";
import { openDataset } from "../data/dataset.ts";
import type { ConditionedRecord, Dataset } from "../data/record.ts";
import { type Split, splitDataset } from "../data/split.ts";
import { DEFAULT_CACHE_FOLDER } from "./arguments.ts";
import { startProgress } from "./progress.ts";

/** The division that training, selection and reporting share: the test tenth is looked at once, to report. */
export const SPLIT_FRACTIONS = { train: 0.8, validation: 0.1, test: 0.1 } as const;

export interface LoadedData {
  readonly name: string;
  readonly classes: readonly string[];
  readonly records: readonly ConditionedRecord[];
}

/** Opens a folder of labelled records and conditions them through the engine's front end. Throws DataError. */
export async function loadData(folder: string, options: { lead?: string; cache?: string } = {}): Promise<LoadedData> {
  return conditionWithProgress(openDataset(folder), options);
}

/** Conditions a data set, with a progress bar. */
export async function conditionWithProgress(
  dataset: Dataset,
  { lead, cache = DEFAULT_CACHE_FOLDER }: { lead?: string; cache?: string } = {},
): Promise<LoadedData> {
  const progress = startProgress("conditioning records");
  try {
    const records = await conditionDataset(dataset, {
      lead,
      cacheDir: cache,
      onProgress: (done, total) => progress.update(done, total),
    });
    return { name: dataset.name, classes: dataset.classes, records };
  } finally {
    progress.end();
  }
}

/** Train, validation and test, by patient where known, stratified; the same for the same seed. */
export function splitData(data: LoadedData, seed: number): Split<ConditionedRecord> {
  return splitDataset(data.records, { fractions: SPLIT_FRACTIONS, seed });
}
