import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { instantiateSync } from "@assemblyscript/loader";

/** Instantiates build/`name`.wasm, which the build makes from AssemblyScript, and returns its exports. */
export function instantiateBuilt<T>(name: string, env: Record<string, unknown>): T {
  // The loader's own exports wrap every function to set its count of arguments; these modules have no optional ones.
  return instantiateSync(builtBytes(name), { env }).instance.exports as T;
}

/** Reads the module from build/, which lies two folders above the sources and three above their compiled copy. */
function builtBytes(name: string): Uint8Array {
  const candidates = [`../../build/${name}.wasm`, `../../../build/${name}.wasm`];
  const paths = candidates.map((candidate) => fileURLToPath(new URL(candidate, import.meta.url)));
  const found = paths.find((path) => existsSync(path));
  if (!found) throw new Error(`${paths[0]} is not built; run npm run build:engine`);
  return readFileSync(found);
}
