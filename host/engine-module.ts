/**
 * The builds of the engine: the same bytes out, for different machines. scalar runs everywhere; simd needs SIMD128 and
 * relaxed relaxed SIMD besides; dsp is what a Cortex-M image is made of, and slow where its intrinsics are calls.
 */
export const ENGINE_BUILDS = ["scalar", "simd", "relaxed", "dsp"] as const;
export type EngineBuild = (typeof ENGINE_BUILDS)[number];

/** Exports of a build (assembly/index.ts). */
export interface EngineExports extends Record<string, unknown> {
  initialize(memoryBytes: number): number;
  loadModel(fileBytes: number, cacheBytes: number, rung: number): number;
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
  setProfiling(on: number): void;
  prepareSnapshot(): number;
  snapshotPartAt(part: number): number;
  snapshotPartBytes(part: number): number;
  restoreSnapshot(): number;
  layerCrc(layer: number): number;
  layerRows(layer: number): bigint;
  layerWork(layer: number): bigint;
  ticks(): bigint;
  samplesIn(): bigint;
  clearProfile(): void;
}

/** Copies `bytes` of the model at `offset` into memory at `destination`; 0, or 1 where that is not possible. */
export type FlashRead = (offset: number, destination: number, bytes: number) => number;

/** A module of one function, (func (result v128) body end), whose body is these opcodes. */
function probe(body: readonly number[]): Uint8Array {
  const code = [0, ...body, 11];
  const type = [1, 5, 1, 0x60, 0, 1, 0x7b];
  return Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0, ...type, 3, 2, 1, 0, 10, code.length + 2, 1, code.length, ...code);
}

const V128_ZERO = [0xfd, 12, ...new Array<number>(16).fill(0)];
const SIMD_PROBE = probe(V128_ZERO);
/** i16x8.relaxed_dot_i8x16_i7x16_s of two zeros. */
const RELAXED_PROBE = probe([...V128_ZERO, ...V128_ZERO, 0xfd, 0x92, 0x02]);

/** The builds that this machine runs, the fastest first. */
export function runnableBuilds(): readonly EngineBuild[] {
  const builds: EngineBuild[] = ["scalar", "dsp"];
  if (WebAssembly.validate(SIMD_PROBE as BufferSource)) builds.unshift("simd");
  if (WebAssembly.validate(RELAXED_PROBE as BufferSource)) builds.unshift("relaxed");
  return builds;
}

const compiled = new Map<EngineBuild, Promise<WebAssembly.Module>>();

/** The bytes of a build, from the package's build/ folder. */
export async function engineBytes(build: EngineBuild): Promise<Uint8Array> {
  // Beside the sources, two folders up from dist/host/.
  const candidates = [`./build/engine.${build}.wasm`, `../../build/engine.${build}.wasm`];
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

/** The trace import (assembly/trace.ts), called with the slot that the engine works in from now on. */
export type Trace = (slot: number) => void;

/** Makes a fresh instance over `memory`. */
export function instantiateEngine(
  module: WebAssembly.Module,
  memory: WebAssembly.Memory,
  flashRead: FlashRead,
  trace: Trace = () => {},
): EngineExports {
  const env: Record<string, unknown> = { memory, flashRead, trace, dot4, smlad };
  return new WebAssembly.Instance(module, { env } as WebAssembly.Imports).exports as EngineExports;
}

/** The dsp build's intrinsics: sum + the products of the four int8 (two int16) values of x and w, modulo 2^32. */
function dot4(x: number, w: number, sum: number): number {
  let total = sum;
  for (const shift of [24, 16, 8, 0]) total += ((x << shift) >> 24) * ((w << shift) >> 24);
  return total | 0;
}

function smlad(x: number, w: number, sum: number): number {
  return (sum + Math.imul((x << 16) >> 16, (w << 16) >> 16) + Math.imul(x >> 16, w >> 16)) | 0;
}
