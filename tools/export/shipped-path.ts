import { fileURLToPath } from "node:url";

/** Path of a file of the package's models/ folder. */
export function shippedPath(name: string): string {
  // From tools/export/ in the sources, from dist/tools/export/ in the package.
  const depth = import.meta.url.endsWith(".ts") ? "../.." : "../../..";
  return fileURLToPath(new URL(`${depth}/models/${name}`, import.meta.url));
}
