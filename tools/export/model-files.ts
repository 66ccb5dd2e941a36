import { readFileSync } from "node:fs";
import { Engine, EngineError, type EngineOptions } from "qhubert-engine";
import { DataError } from "../files/data-error.ts";
import type { FloatModel } from "../graph/model.ts";
import { readFloatModel } from "./safetensors/safetensors.ts";

/** Loads a packed model into the engine, which makes every check. Throws DataError that names the file. */
export async function openModel(path: string, options: EngineOptions = {}): Promise<Engine> {
  const bytes = readModel(path);
  return namingFile(path, () => Engine.load(bytes, options));
}

/** Reads the bytes of a packed model without a check. Throws DataError for a file that cannot be read. */
export function readModel(path: string): Uint8Array {
  try {
    return readFileSync(path);
  } catch (error) {
    throw new DataError(`${path}: cannot be read (${(error as NodeJS.ErrnoException).code}); expected a .qhb model`);
  }
}

/** Does `work` with a packed model. Throws DataError, which names the file, where the engine refuses the model. */
export async function namingFile<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw error instanceof EngineError ? new DataError(`${path}: ${error.message}`) : error;
  }
}

/** Reads a float model. Throws DataError that names the file. */
export function openFloatModel(path: string): FloatModel {
  try {
    return readFloatModel(path);
  } catch (error) {
    throw new DataError((error as Error).message);
  }
}
