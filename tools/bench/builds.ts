import { setFlagsFromString } from "node:v8";
import type { EngineBuild } from "../../host/index.ts";

/** The builds of the engine that are timed. */
export const BUILDS: readonly EngineBuild[] = ["scalar", "simd", "relaxed"];

/** Node that has relaxed SIMD without being asked. */
const RELAXED_SIMD_NODE = 22;

/** Makes older Node take every build. Call it before anything is compiled. */
export function prepareBuilds(): void {
  const [major] = process.versions.node.split(".");
  if (Number(major) < RELAXED_SIMD_NODE) setFlagsFromString("--experimental-wasm-relaxed-simd");
}
