import { statSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { NotInstalledError } from "../row.ts";

const require = createRequire(import.meta.url);

/** Imports a peer's package. Throws NotInstalledError where it is not there or its native part does not load. */
export async function loadPackage<T>(name: string): Promise<T> {
  try {
    return (await import(name)) as T;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new NotInstalledError(
      code === "ERR_MODULE_NOT_FOUND" ? `${name} is not installed` : `${name} does not load: ${message.split("\n")[0]}`,
    );
  }
}

/** Returns the size in bytes of a file beside the package's entry. */
export function fileBytesBeside(packageName: string, file: string): number {
  return statSync(join(dirname(require.resolve(packageName)), file)).size;
}
