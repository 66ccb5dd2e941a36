import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

/** Returns the path of a shipped model, such as "hubert-nano.qhb", in the installed runtime. */
export function shippedPath(name: string): string {
  return createRequire(import.meta.url).resolve(`qhubert-engine/models/${name}`);
}

/** Returns the path of a shipped network's float weights. They lie in the repository's models/ and in no package. */
export function shippedWeightsPath(name: string): string {
  // From tools/export/ in the sources, from dist/tools/export/ in the compiled copy.
  const root = import.meta.url.endsWith(".ts") ? "../.." : "../../..";
  return fileURLToPath(new URL(`${root}/models/${name}.safetensors`, import.meta.url));
}
