import { basename, resolve } from "node:path";
import { MODEL_SAMPLE_RATE_HZ } from "../../../assembly/shared/limits.ts";
import { toFiledRecord } from "../dataset.ts";
import type { SkippedRecord } from "../listing.ts";
import type { ConditionedRecord, Dataset } from "../record.ts";
import type { AtrialRhythm } from "./atrial-rhythm.ts";
import { listRhythms, type RhythmRecord } from "./rhythm-list.ts";
import { rhythmWindows } from "./rhythm-stretches.ts";

/**
 * A folder opened for its atrial rhythms. The labels of `dataset` do not serve, since a record may have several
 * rhythms.
 */
export interface RhythmDataset {
  readonly dataset: Dataset;
  readonly rhythms: ReadonlyMap<string, RhythmRecord>;
  readonly skipped: readonly SkippedRecord[];
}

/** Opens a folder for its atrial rhythms. @throws DataError where no record's rhythm is known */
export function openRhythms(folder: string): RhythmDataset {
  const { records, skipped } = listRhythms(folder);
  const dataset = {
    name: basename(resolve(folder)),
    classes: [],
    records: records.map((record) => toFiledRecord({ ...record, label: "" }, {})),
  };
  return { dataset, rhythms: new Map(records.map((record) => [record.name, record])), skipped };
}

/** An item that is judged: a record of one rhythm, or a window of a record whose rhythm was noted along it. */
export interface RhythmItem {
  readonly name: string;
  /** The patient where known, else the record: items of one source are not independent. */
  readonly source: string;
  readonly rhythm: AtrialRhythm;
  /** Samples at 500 Hz, conditioned as a part of the whole record. */
  readonly samples: Int16Array;
}

export interface RhythmItems {
  readonly items: readonly RhythmItem[];
  /** Windows left out because their rhythm changes, or is unknown in part. */
  readonly mixed: number;
}

/** Cuts annotated records into windows and takes the others whole. Throws RangeError on a window under two seconds. */
export function rhythmItems(
  records: readonly ConditionedRecord[],
  rhythms: ReadonlyMap<string, RhythmRecord>,
  windowSeconds: number,
): RhythmItems {
  if (!(windowSeconds >= LEAST_WINDOW_SECONDS && windowSeconds < Infinity))
    throw new RangeError(`windowSeconds is ${windowSeconds}, expected ${LEAST_WINDOW_SECONDS} or more`);
  const items: RhythmItem[] = [];
  let mixed = 0;
  for (const { name, samples } of records) {
    const { stretches, isAnnotated, patient } = rhythms.get(name) as RhythmRecord;
    const source = patient === undefined ? `record ${name}` : `patient ${patient}`;
    const length = isAnnotated ? Math.round(windowSeconds * MODEL_SAMPLE_RATE_HZ) : samples.length;
    const cut = rhythmWindows(stretches, samples.length, length, MODEL_SAMPLE_RATE_HZ);
    mixed += cut.mixed;
    for (const { start, rhythm } of cut.windows)
      items.push({ name, source, rhythm, samples: samples.subarray(start, start + length) });
  }
  return { items, mixed };
}

/** The shortest window: a rhythm shows in a few beats. */
const LEAST_WINDOW_SECONDS = 2;
