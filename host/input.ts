import { MODEL_SAMPLE_RATE_HZ } from "../assembly/shared/limits.ts";
import { OK } from "../assembly/shared/status.ts";
import type { EngineExports } from "./engine-module.ts";
import { EngineError } from "./errors.ts";

/** Rate, scale and kind of raw samples. A constant offset does not matter: the front end removes the first sample. */
export interface InputConfig {
  /** 125 to 1000 Hz. */
  readonly sampleRateHz: number;
  /** Millivolts of one ADC count. */
  readonly millivoltsPerCount: number;
  /** The samples are the model's own input already (500 Hz, microvolts): no front end. */
  readonly conditioned?: boolean;
}

/** The model's own input: what FrontEnd.condition gives. */
export const CONDITIONED_INPUT: InputConfig = {
  sampleRateHz: MODEL_SAMPLE_RATE_HZ,
  millivoltsPerCount: 0.001,
  conditioned: true,
};

const PICOVOLTS_PER_MILLIVOLT = 1e9;

/** Hands the settings to the engine. Throws RangeError with the value that is out of range. */
export function configure(exports: EngineExports, input: InputConfig): void {
  const { sampleRateHz, millivoltsPerCount, conditioned = false } = input;
  const sampleRateMilliHz = Math.round(sampleRateHz * 1000);
  const picovolts = Math.round(millivoltsPerCount * PICOVOLTS_PER_MILLIVOLT);
  if (!(sampleRateMilliHz >= 125_000 && sampleRateMilliHz <= 1_000_000)) {
    throw new RangeError(`sampleRateHz must be within 125 to 1000, found ${sampleRateHz}`);
  }
  if (!(picovolts >= 1 && picovolts <= 2e9)) {
    throw new RangeError(`millivoltsPerCount must be within 1e-9 to 2, found ${millivoltsPerCount}`);
  }
  if (conditioned && sampleRateHz !== MODEL_SAMPLE_RATE_HZ) {
    throw new RangeError(`conditioned samples have ${MODEL_SAMPLE_RATE_HZ} Hz, found sampleRateHz ${sampleRateHz}`);
  }
  const code = exports.configureInput(sampleRateMilliHz, picovolts, conditioned ? 1 : 0);
  if (code !== OK) throw new EngineError(code, "configure input");
}

/** Throws TypeError unless `samples` is an array that the engine takes. */
export function checkSamples(samples: unknown): asserts samples is Int16Array | Int32Array {
  if (!(samples instanceof Int16Array || samples instanceof Int32Array)) {
    const found = samples == null ? String(samples) : (Object(samples).constructor?.name ?? typeof samples);
    throw new TypeError(`samples must be an Int16Array or Int32Array of ADC counts, found ${found}`);
  }
}
