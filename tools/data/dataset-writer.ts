import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { DataError } from "../files/data-error.ts";
import type { EcgRecord } from "./record.ts";
import { REFERENCE_FILE } from "./reference-list.ts";
import { writeWfdbRecord } from "./wfdb/wfdb-writer.ts";

export interface WrittenRecord {
  readonly record: EcgRecord;
  readonly label: string;
  readonly patient?: string;
}

/**
 * Writes a folder that `openDataset` reads: WFDB records and a `REFERENCE.csv`. The folder appears whole at the end, or
 * not at all: until then the files are in a folder beside it.
 *
 * @param folder must not exist, or be empty
 * @returns the number of records written
 * @throws DataError if the folder has files in it, and any error that `records` throws
 */
export function writeDataset(folder: string, records: Iterable<WrittenRecord>): number {
  refuseFilled(folder);
  const target = resolve(folder);
  const partial = `${target}.partial-${process.pid}`;
  const rows = ["record,label,patient"];
  try {
    mkdirSync(partial, { recursive: true });
    for (const { record, label, patient = "" } of records) {
      writeWfdbRecord(partial, record);
      rows.push([record.name, label, patient].map(quote).join(","));
    }
    writeFileSync(join(partial, REFERENCE_FILE), `${rows.join("\n")}\n`);
    mkdirSync(dirname(target), { recursive: true });
    // An empty folder of that name is replaced.
    rmSync(target, { recursive: true, force: true });
    renameSync(partial, target);
  } finally {
    rmSync(partial, { recursive: true, force: true });
  }
  return rows.length - 1;
}

/** Throws DataError if there is something other than an empty folder at the path. */
export function refuseFilled(folder: string): void {
  if (!existsSync(folder)) return;
  let entries: string[];
  try {
    entries = readdirSync(folder);
  } catch {
    throw new DataError(`${folder}: is a file, expected an empty folder or none`);
  }
  if (entries.length > 0)
    throw new DataError(`${folder}: has ${entries.length} entries, expected an empty folder or none`);
}

function quote(cell: string): string {
  return /[",\s]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}
