import { readFileSync } from "node:fs";
import { DataError } from "./data-error.ts";

/** Reads the JSON that a run has written for a later one. Throws DataError where it is none. */
export function readJson(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch (error) {
    throw new DataError(`${path}: is no JSON that a run has written (${(error as Error).message})`);
  }
}
