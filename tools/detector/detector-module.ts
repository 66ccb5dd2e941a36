import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** Exports of build/detector.wasm (assembly/index.ts). */
interface DetectorExports {
  reset(): void;
  take(sample: number): number;
  hold(sample: number): number;
  judgedDelay(): number;
}

/** A running detector. */
export interface DetectorModule {
  readonly exports: DetectorExports;
  /** Answers the detector's import `weigh` with a term's weight times its value. */
  onWeigh: (term: number, value: number) => number;
}

/** Starts the build of the engine's detector that asks the host for its weights. */
export async function startDetectorModule(): Promise<DetectorModule> {
  const module = await WebAssembly.compile(moduleBytes() as BufferSource);
  const started = { onWeigh: (_term: number, _value: number) => 0 };
  const weigh = (term: number, value: number) => started.onWeigh(term, value);
  const { exports } = await WebAssembly.instantiate(module, { env: { weigh } });
  return Object.assign(started, { exports: exports as unknown as DetectorExports });
}

/** Reads the module, which lies two folders up from the sources and three from dist/. */
function moduleBytes(): Uint8Array {
  const candidates = ["../../build/detector.wasm", "../../../build/detector.wasm"];
  const paths = candidates.map((candidate) => fileURLToPath(new URL(candidate, import.meta.url)));
  const found = paths.find((path) => existsSync(path));
  if (!found) throw new Error(`${paths[0]} is not built; run npm run build:engine`);
  return readFileSync(found);
}
