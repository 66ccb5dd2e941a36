import { instantiate } from "@assemblyscript/loader";

/** The builds of the engine: the same bytes out, for different machines (DESIGN 2.6). */
export type EngineBuild = "scalar" | "simd";

/** What a build exports: assembly/index.ts. */
export interface EngineExports extends Record<string, unknown> {
  initialize(memoryBytes: number): number;
  loadModel(fileBytes: number, cacheBytes: number): number;
  statusOffset(): number;
  statusLayer(): number;
  ramBytes(): number;
  configureInput(sampleRateMilliHz: number, picovoltsPerCount: number, conditioned: number): number;
  reset(): void;
  inputAt(): number;
  push(count: number): number;
  waiting(): number;
  finish(): number;
  eventsAt(): number;
  eventBytes(): number;
  eventCount(): number;
  clearEvents(): void;
  conditionSamples(count: number): number;
  conditionedAt(): number;
  selfTest(): number;
  setChecking(on: number): void;
  layerCrc(layer: number): number;
  layerRows(layer: number): bigint;
  layerTiles(layer: number): bigint;
  ticks(): bigint;
  samplesIn(): bigint;
  clearProfile(): void;
}

/** Copies `bytes` of the model at `offset` into memory at `destination`; 0, or 1 where that is not possible. */
export type FlashRead = (offset: number, destination: number, bytes: number) => number;

/** The smallest module that uses SIMD128: (func (result v128) (v128.const i32x4 0 0 0 0)). */
const SIMD_PROBE = Uint8Array.of(
  0,
  97,
  115,
  109,
  1,
  0,
  0,
  0,
  1,
  5,
  1,
  96,
  0,
  1,
  123,
  3,
  2,
  1,
  0,
  10,
  22,
  1,
  20,
  0,
  253,
  12,
  0,
  0,
  0,
  0,
  0,
  0,
  0,
  0,
  0,
  0,
  0,
  0,
  0,
  0,
  0,
  0,
  11,
);

/** The fastest build that this machine runs. */
export function bestBuild(): EngineBuild {
  return WebAssembly.validate(SIMD_PROBE) ? "simd" : "scalar";
}

const compiled = new Map<EngineBuild, Promise<WebAssembly.Module>>();

/** The bytes of a build, from the package's build/ folder. */
export async function engineBytes(build: EngineBuild): Promise<Uint8Array> {
  // From host/ in the sources, from dist/host/ in the package.
  const candidates = [`../build/engine.${build}.wasm`, `../../build/engine.${build}.wasm`];
  for (const candidate of candidates) {
    const bytes = await readUrl(new URL(candidate, import.meta.url));
    if (bytes) return bytes;
  }
  throw new Error(`the ${build} build of the engine is not there; run "npm run build"`);
}

async function readUrl(url: URL): Promise<Uint8Array | null> {
  if (url.protocol === "file:") {
    const { readFile } = await import("node:fs/promises");
    return readFile(url).catch(() => null);
  }
  const response = await fetch(url);
  return response.ok ? new Uint8Array(await response.arrayBuffer()) : null;
}

/** Compiles a build, once a process. */
export function compileEngine(build: EngineBuild): Promise<WebAssembly.Module> {
  let module = compiled.get(build);
  if (!module) {
    module = engineBytes(build).then((bytes) => WebAssembly.compile(bytes as BufferSource));
    compiled.set(build, module);
  }
  return module;
}

/** A fresh instance over `memory`. */
export async function instantiateEngine(
  module: WebAssembly.Module,
  memory: WebAssembly.Memory,
  flashRead: FlashRead,
): Promise<EngineExports> {
  const env: Record<string, unknown> = { memory, flashRead };
  const { exports } = await instantiate<EngineExports>(module, { env });
  return exports;
}
