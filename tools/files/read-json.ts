import { readFileSync } from "node:fs";
import { DataError } from "./data-error.ts";

/** What a run has written for a later one. Throws DataError where that is no JSON. */
export function readJson(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch (error) {
    throw new DataError(`${path}: is no JSON that a run has written (${(error as Error).message})`);
  }
}
