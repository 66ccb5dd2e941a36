import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { DataError } from "./data-error.ts";
import { firstDifference } from "./first-difference.ts";
import { readJson } from "./read-json.ts";
import { writeWhole } from "./write-whole.ts";

/**
 * Reserves a folder for one plan, which plan.json keeps, so that the same command may go on in it. Throws DataError
 * where the folder has another plan, since figures of both would be mixed, or a damaged one.
 * @param content the things that the folder holds, such as "trainings"
 */
export function claimFolder(folder: string, plan: object, content: string): void {
  const path = join(folder, "plan.json");
  const text = JSON.stringify(plan);
  const own: unknown = JSON.parse(text);
  const difference = firstDifference(existsSync(path) ? readJson(path) : own, own);
  if (difference) throw new DataError(`${path}: the folder holds other ${content}: ${difference}; give another --out`);
  mkdirSync(folder, { recursive: true });
  writeWhole(path, new TextEncoder().encode(`${text}\n`));
}
