import { readFileSync } from "node:fs";
import { Engine, EngineError, type EngineOptions } from "qhubert-engine";
import { DataError } from "../files/data-error.ts";
import type { FloatModel } from "../graph/model.ts";
import { readFloatModel } from "./safetensors/safetensors.ts";

/** Loads a packed model into the engine, which makes every check. Throws DataError that names the file. */
export async function openModel(path: string, options: EngineOptions = {}): Promise<Engine> {
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    throw new DataError(`${path}: cannot be read (${(error as NodeJS.ErrnoException).code}); expected a .qhb model`);
  }
  try {
    return await Engine.load(bytes, options);
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
