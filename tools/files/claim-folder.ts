import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { DataError } from "./data-error.ts";
import { firstDifference } from "./first-difference.ts";
import { readJson } from "./read-json.ts";
import { writeWhole } from "./write-whole.ts";

/**
 * Makes a folder that of one plan, in plan.json, so that the same command may go on in it.
 * @param content of the folder, such as "trainings"
 * Throws DataError where it holds those of another plan, since their figures would be mixed, or a damaged plan.
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
