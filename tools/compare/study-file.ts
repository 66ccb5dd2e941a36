import { existsSync, readFileSync } from "node:fs";
import { DataError } from "../files/data-error.ts";
import { firstDifference } from "../files/first-difference.ts";
import { writeWhole } from "../files/write-whole.ts";
import type { Study, StudyMethod } from "../quantize/study/study.ts";

/** Reads a study that was begun before, or null where there is no file. Throws DataError on a file that is no study. */
export function readStudy(path: string): Study | null {
  if (!existsSync(path)) return null;
  let found: Study | null = null;
  try {
    found = JSON.parse(readFileSync(path, "utf8"));
  } catch {}
  if (found?.kind === "study" && Array.isArray(found.methods)) return found;
  throw new DataError(`${path}: is no study to go on with; expected the JSON of compare-methods or no file`);
}

/** The methods of a study that was begun before. Throws DataError where anything else of it differs from this study. */
export function keptMethods(path: string, begun: Study, study: Study): readonly StudyMethod[] {
  const difference = firstDifference({ ...begun, methods: [] }, JSON.parse(JSON.stringify(study)));
  if (difference) throw new DataError(`${path}: is of another study: ${difference}`);
  return begun.methods;
}

/** Writes a study as JSON. */
export function writeStudy(path: string, study: Study): void {
  writeWhole(path, new TextEncoder().encode(`${JSON.stringify(study, null, 1)}\n`));
}
