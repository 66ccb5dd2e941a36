import { INPUT_CAPACITY_SAMPLES, MAX_RESAMPLE_OUTPUTS, MODEL_SAMPLE_RATE_HZ } from "../assembly/shared/limits.ts";
import { OK } from "../assembly/shared/status.ts";
import {
  compileEngine,
  type EngineBuild,
  type EngineExports,
  instantiateEngine,
  runnableBuilds,
} from "./engine-module.ts";
import { EngineError } from "./errors.ts";
import { type BeatEvent, drainEvents, type QualityEvent } from "./events.ts";
import { checkSamples, configure, type InputConfig } from "./input.ts";

/** Beats of a record, and verdicts on its signal. */
export interface DetectedBeats {
  readonly beats: readonly BeatEvent[];
  /** Changes of the verdict on the signal. */
  readonly quality: readonly QualityEvent[];
  /** Conditioned samples, 500 Hz, that the record gave. */
  readonly sampleCount: number;
}

/** A record as the network sees it, with its beats and verdicts. */
export interface ConditionedSignal extends DetectedBeats {
  /** 500 Hz, one count a microvolt. */
  readonly samples: Int16Array;
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
    const exports = instantiateEngine(module, memory, () => 1);
    const code = exports.initialize(memory.buffer.byteLength);
    if (code !== OK) throw new EngineError(code, "start the front end");
    return new FrontEnd(exports, memory);
  }

  /** Conditions a whole record of raw ADC counts. Throws RangeError and TypeError with the wrong value. */
  condition(samples: Int16Array | Int32Array, input: InputConfig): ConditionedSignal {
    checkSamples(samples);
    const perSample = Math.min(MAX_RESAMPLE_OUTPUTS, MODEL_SAMPLE_RATE_HZ / input.sampleRateHz);
    const out = new Int16Array(Math.ceil(samples.length * perSample) + MAX_RESAMPLE_OUTPUTS);
    const detected = this.#run(samples, input, (made, at) => out.set(made, at));
    return { samples: out.slice(0, detected.sampleCount), ...detected };
  }

  /** The same without keeping the conditioned samples: the memory of a long record is that of its counts. */
  detect(samples: Int16Array | Int32Array, input: InputConfig): DetectedBeats {
    checkSamples(samples);
    return this.#run(samples, input, () => undefined);
  }

  #run(
    samples: Int16Array | Int32Array,
    input: InputConfig,
    take: (made: Int16Array, at: number) => void,
  ): DetectedBeats {
    configure(this.#exports, input);
    const beats: BeatEvent[] = [];
    const quality: QualityEvent[] = [];
    let sampleCount = 0;
    for (let from = 0; from < samples.length; from += INPUT_CAPACITY_SAMPLES) {
      const chunk = samples.subarray(from, from + INPUT_CAPACITY_SAMPLES);
      new Int32Array(this.#memory.buffer, this.#exports.inputAt(), chunk.length).set(chunk);
      const count = this.#exports.conditionSamples(chunk.length);
      if (count < 0) throw new EngineError(-count, "condition samples");
      take(new Int16Array(this.#memory.buffer, this.#exports.conditionedAt(), count), sampleCount);
      sampleCount += count;
      this.#drain(beats, quality);
    }
    while (this.#exports.finish() > 0) this.#drain(beats, quality);
    this.#drain(beats, quality);
    return { beats, quality, sampleCount };
  }

  #drain(beats: BeatEvent[], quality: QualityEvent[]): void {
    for (const event of drainEvents(this.#exports, this.#memory, [], 1)) {
      if (event.kind === "beat") beats.push(event);
      else if (event.kind === "quality") quality.push(event);
    }
  }
}
