import { existsSync } from "node:fs";
import { basename, dirname, extname, join, resolve } from "node:path";
import { parseCsv } from "../csv-table.ts";
import { readText } from "../read-file.ts";

/** A manifest's row for a record. */
export interface ManifestEntry {
  readonly dataset: string;
  /** The labels, as the set itself writes them. */
  readonly labels: string;
  readonly patient?: string;
}

const COLUMNS = ["dataset", "files", "labels", "group"];

/**
 * Reads the `MANIFEST.csv` of a collection of samples from many sets, in the folder or the one above it, by the names
 * of the records' files. It has the labels of samples that come without their set's own list. Empty where there is
 * none.
 */
export function readManifest(folder: string): Map<string, ManifestEntry> {
  const entries = new Map<string, ManifestEntry>();
  const path = [folder, dirname(resolve(folder))].map((place) => join(place, "MANIFEST.csv")).find(existsSync);
  if (path === undefined) return entries;
  const [header = [], ...rows] = parseCsv(readText(path));
  const places = COLUMNS.map((column) => header.indexOf(column));
  if (places.includes(-1)) return entries; // another kind of manifest
  for (const row of rows) {
    const [dataset, files, labels, patient] = places.map((place) => row[place] ?? "");
    for (const file of files.split(";"))
      entries.set(basename(file, extname(file)), { dataset, labels, patient: patient || undefined });
  }
  return entries;
}
