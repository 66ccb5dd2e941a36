import { existsSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { openFloatModel } from "../export/model-files.ts";
import { DataError } from "../files/data-error.ts";
import type { FloatModel } from "../graph/model.ts";

/**
 * The float model that a fine-tuned one began as: the file asked for, or the one beside it that its facts name; the model itself
 * where there is none. Throws DataError on one with other classes.
 */
export function floatOrigin(path: string, model: FloatModel, asked?: string): FloatModel {
  const { finetunedFrom } = model.facts;
  const beside = typeof finetunedFrom === "string" ? join(dirname(path), basename(finetunedFrom)) : path;
  const chosen = asked ?? (existsSync(beside) ? beside : path);
  const origin = chosen === path ? model : openFloatModel(chosen);
  const [found, expected] = [origin, model].map(({ graph }) => graph.classes.join(", "));
  if (found === expected) return origin;
  throw new DataError(`${chosen}: its classes are ${found}, expected ${expected}`);
}
