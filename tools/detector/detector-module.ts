import { instantiateBuilt } from "../files/built-module.ts";

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

/** Starts the engine's detector in the build that asks for its weights. */
export function startDetectorModule(): DetectorModule {
  const started = { onWeigh: (_term: number, _value: number) => 0 };
  const weigh = (term: number, value: number) => started.onWeigh(term, value);
  return Object.assign(started, { exports: instantiateBuilt<DetectorExports>("detector", { weigh }) });
}
