import { setFlagsFromString } from "node:v8";
import type { EngineBuild } from "qhubert-engine";

/** The builds of the engine that are timed. */
export const BUILDS: readonly EngineBuild[] = ["scalar", "simd", "relaxed"];

/** The first version of Node that has relaxed SIMD without a flag. */
const RELAXED_SIMD_NODE = 22;

/**
 * Lets an older Node run these builds. It is called before anything is compiled, and only where it is needed: a changed
 * flag makes V8 discard its code cache of Node's own modules, which costs a cold start 30 ms more (measured).
 */
export function prepareBuilds(builds: readonly string[]): void {
  const [major] = process.versions.node.split(".");
  if (builds.includes("relaxed") && Number(major) < RELAXED_SIMD_NODE)
    setFlagsFromString("--experimental-wasm-relaxed-simd");
}
