import { type KnownClasses, requireKnownLabels, requireTwoLabels } from "../../data/check-labels.ts";
import { type ConditionOptions, conditionDataset } from "../../data/condition.ts";
import { openDataset } from "../../data/dataset.ts";
import type { SkippedRecord } from "../../data/listing.ts";
import type { ConditionedRecord, Dataset } from "../../data/record.ts";
import { DEFAULT_CACHE_FOLDER } from "../terminal/arguments.ts";
import { printNote } from "../terminal/output.ts";
import { withProgress } from "../terminal/progress.ts";

/** A conditioned data set. */
export interface LoadedData {
  readonly name: string;
  readonly classes: readonly string[];
  readonly records: readonly ConditionedRecord[];
}

export interface LoadOptions {
  readonly lead?: string;
  readonly cache?: string;
  /**
   * The model that the records are for: a label that is none of its classes is refused. Without one a model is to be
   * learned from the records, which takes two labels.
   */
  readonly knownTo?: KnownClasses;
}

/** Opens a folder of labelled records and conditions them through the engine's front end. Throws DataError. */
export async function loadData(folder: string, { knownTo, ...options }: LoadOptions = {}): Promise<LoadedData> {
  const dataset = openDataset(folder);
  printSkipped(folder, dataset.skipped);
  if (knownTo) requireKnownLabels(dataset, knownTo);
  else requireTwoLabels(dataset, folder);
  return conditionWithProgress(dataset, options);
}

/** Says how many records of a folder are left out, and why. */
export function printSkipped(folder: string, skipped: readonly SkippedRecord[]): void {
  const reasons = new Map<string, string[]>();
  for (const { name, reason } of skipped) reasons.set(reason, [...(reasons.get(reason) ?? []), name]);
  for (const [reason, names] of reasons)
    printNote(`${folder}: ${names.length} left out, ${names[0]} ${names.length > 1 ? "among them" : ""}: ${reason}`);
}

/** Conditions a data set under a progress bar. */
export async function conditionWithProgress(
  dataset: Dataset,
  options: { lead?: string; cache?: string; onDamaged?: ConditionOptions["onDamaged"] } = {},
): Promise<LoadedData> {
  const { lead, cache = DEFAULT_CACHE_FOLDER, onDamaged } = options;
  const records = await withProgress("conditioning records", (onProgress) =>
    conditionDataset(dataset, { lead, cacheDir: cache, onDamaged, onProgress }),
  );
  return { name: dataset.name, classes: dataset.classes, records };
}
