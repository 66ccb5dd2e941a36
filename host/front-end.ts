import { INPUT_CAPACITY_SAMPLES, MAX_RESAMPLE_OUTPUTS } from "../assembly/shared/limits.ts";
import { OK } from "../assembly/shared/status.ts";
import {
  compileEngine,
  type EngineBuild,
  type EngineExports,
  instantiateEngine,
  runnableBuilds,
} from "./engine-module.ts";
import { EngineError } from "./errors.ts";
import { type BeatEvent, drainEvents } from "./events.ts";
import { checkSamples, configure, type InputConfig } from "./input.ts";

/** A record as the network sees it, and the R peaks in it. */
export interface ConditionedSignal {
  /** 500 Hz, one count a microvolt. */
  readonly samples: Int16Array;
  readonly beats: readonly BeatEvent[];
}

/**
 * The engine's signal chain without a model: resampler, band limit, R-peak detector. Training makes its input with it, so
 * that what was trained is what runs.
 */
export class FrontEnd {
  readonly #exports: EngineExports;
  readonly #memory: WebAssembly.Memory;

  private constructor(exports: EngineExports, memory: WebAssembly.Memory) {
    this.#exports = exports;
    this.#memory = memory;
  }

  static async create(build: EngineBuild | "auto" = "auto"): Promise<FrontEnd> {
    const memory = new WebAssembly.Memory({ initial: 1, maximum: 1 });
    const module = await compileEngine(build === "auto" ? runnableBuilds()[0] : build);
    const exports = await instantiateEngine(module, memory, () => 1);
    const code = exports.initialize(memory.buffer.byteLength);
    if (code !== OK) throw new EngineError(code, "start the front end");
    return new FrontEnd(exports, memory);
  }

  /** Conditions a whole record of raw ADC counts. Throws RangeError and TypeError with the wrong value. */
  condition(samples: Int16Array | Int32Array, input: InputConfig): ConditionedSignal {
    checkSamples(samples);
    configure(this.#exports, input);
    const perSample = Math.min(MAX_RESAMPLE_OUTPUTS, 500 / input.sampleRateHz);
    const out = new Int16Array(Math.ceil(samples.length * perSample) + MAX_RESAMPLE_OUTPUTS);
    const beats: BeatEvent[] = [];
    let made = 0;
    for (let from = 0; from < samples.length; from += INPUT_CAPACITY_SAMPLES) {
      const chunk = samples.subarray(from, from + INPUT_CAPACITY_SAMPLES);
      new Int32Array(this.#memory.buffer, this.#exports.inputAt(), chunk.length).set(chunk);
      const count = this.#exports.conditionSamples(chunk.length);
      if (count < 0) throw new EngineError(-count, "condition samples");
      out.set(new Int16Array(this.#memory.buffer, this.#exports.conditionedAt(), count), made);
      made += count;
      this.#drainBeats(beats);
    }
    while (this.#exports.finish() > 0) this.#drainBeats(beats);
    this.#drainBeats(beats);
    return { samples: out.slice(0, made), beats };
  }

  #drainBeats(into: BeatEvent[]): void {
    for (const event of drainEvents(this.#exports, this.#memory, [], 1)) if (event.kind === "beat") into.push(event);
  }
}
