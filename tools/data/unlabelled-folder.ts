import { basename, resolve } from "node:path";
import { DataError } from "../files/data-error.ts";
import { type FiledDataset, type FiledRecord, openDataset, toFiledRecord } from "./dataset.ts";
import { type Division, divideData } from "./division.ts";
import { findRecords } from "./listing.ts";
import { REFERENCE_FILE } from "./reference-list.ts";
import type { Split } from "./split.ts";

/** The name that stands for all leads: every lead of a record is then a record. */
const ALL_LEADS = "all";

/** Shares of the division of a folder's labelled records that are left out, so that they stay unseen. */
export interface HeldOut {
  readonly division: Division;
  readonly shares: readonly (keyof Split<unknown>)[];
}

/** Records of a folder from which the same lead is taken. */
interface LeadPart {
  /** A lead's name or index; undefined for the default lead. */
  readonly lead: string | undefined;
  readonly dataset: FiledDataset;
}

/** A folder's records in the parts that are conditioned one after another. */
interface UnlabelledListing {
  readonly name: string;
  readonly parts: readonly LeadPart[];
  /** Count of the records that are held out; null where no record has a label, and none can be. */
  readonly heldOut: number | null;
}

/** Lists every record of a folder, whether a list names it or not; labels serve only to hold shares out. */
export function listUnlabelled(folder: string, lead?: string, holdOut?: HeldOut): UnlabelledListing {
  const found = findRecords(folder);
  found.delete(basename(REFERENCE_FILE, ".csv"));
  const heldOut = holdOut ? namesOf(folder, holdOut) : new Set<string>();
  const files = [...found]
    .filter(([name]) => !heldOut?.has(name))
    .map(([name, path]) => toFiledRecord({ name, path, label: "" }, {}));
  const name = basename(resolve(folder));
  const parts = lead === ALL_LEADS ? byLead(files) : [[lead, files] as const];
  return {
    name,
    heldOut: heldOut === null ? null : heldOut.size,
    parts: parts
      .filter(([, records]) => records.length > 0)
      .map(([lead, records]) => ({ lead, dataset: { name, classes: [], records, skipped: [] } })),
  };
}

/**
 * Lists the records that have each lead, by the lead's index. A record that cannot be read counts as one with a first
 * lead: conditioning says why it cannot be read.
 */
function byLead(records: readonly FiledRecord[]): (readonly [lead: string, records: readonly FiledRecord[]])[] {
  const counts = records.map((record) => {
    try {
      return record.load().leads.length;
    } catch (error) {
      if (error instanceof DataError) return 1;
      throw error;
    }
  });
  return Array.from({ length: Math.max(1, ...counts) }, (_, lead) => [
    String(lead),
    records.filter((_, i) => counts[i] > lead),
  ]);
}

/** Returns the names of the labelled records that are held out; null for a folder without labels. */
function namesOf(folder: string, { division, shares }: HeldOut): ReadonlySet<string> | null {
  let labelled: FiledDataset;
  try {
    labelled = openDataset(folder);
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
    return null;
  }
  const split = divideData(labelled, division);
  return new Set(shares.flatMap((share) => split[share].map(({ name }) => name)));
}
