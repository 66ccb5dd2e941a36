import { readdirSync, statSync } from "node:fs";
import { basename, extname, join } from "node:path";
import { DataError } from "../files/data-error.ts";

/** A record of a folder with its label, not yet read. */
export interface ListedRecord {
  readonly name: string;
  readonly path: string;
  readonly label: string;
  /** All labels of the record, where it may have several; `label` is the first. */
  readonly labels?: readonly string[];
  readonly patient?: string;
}

export interface SkippedRecord {
  readonly name: string;
  readonly reason: string;
}

/** The records of a folder, and those that are left out with the reason why. */
export interface Listing {
  readonly records: readonly ListedRecord[];
  readonly skipped: readonly SkippedRecord[];
}

const RANK = [".hea", ".csv", ".mat"];

/**
 * Finds the records in a folder and its subfolders, by name in sorted order: a header, else a `.csv`, else a `.mat`
 * file.
 *
 * @throws DataError if the folder cannot be read, or two subfolders have records of one name
 */
export function findRecords(folder: string): Map<string, string> {
  const found = new Map<string, string>();
  for (const path of allFiles(folder)) {
    const extension = extname(path).toLowerCase();
    if (!RANK.includes(extension)) continue;
    const name = basename(path, extname(path));
    const other = found.get(name);
    if (other !== undefined && extname(other) === extname(path)) {
      throw new DataError(`${folder}: record ${name} is there twice, as ${other} and as ${path}`);
    }
    if (other === undefined || RANK.indexOf(extension) < RANK.indexOf(extname(other))) found.set(name, path);
  }
  return new Map([...found].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Lists all files of a folder and its subfolders. @throws DataError if the folder cannot be read */
export function allFiles(folder: string): string[] {
  try {
    return (
      readdirSync(folder, { recursive: true, withFileTypes: true })
        .filter((entry) => !entry.name.startsWith("."))
        .map((entry) => ({ path: join(entry.parentPath, entry.name), entry }))
        // A link to a record is a record.
        .filter(({ path, entry }) => entry.isFile() || (entry.isSymbolicLink() && statSync(path).isFile()))
        .map(({ path }) => path)
        .sort()
    );
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    throw new DataError(`${folder}: ${code === "ENOENT" ? "no such folder" : `cannot be read as a folder (${code})`}`);
  }
}
