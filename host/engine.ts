import { INPUT_CAPACITY_SAMPLES } from "../assembly/shared/limits.ts";
import { OK } from "../assembly/shared/status.ts";
import { ENGINE_BUILDS, type EngineBuild, type EngineExports, runnableBuilds } from "./engine-module.ts";
import { EngineError } from "./errors.ts";
import { drainEvents, type EngineEvent } from "./events.ts";
import { CONDITIONED_INPUT, checkSamples, configure, type InputConfig } from "./input.ts";
import type { LayerTimes } from "./layer-times.ts";
import { type Instance, loadInstance, MAX_MEMORY_BYTES } from "./load-instance.ts";
import { ModelFile } from "./model-file.ts";
import { type EngineProfile, readProfile } from "./profile.ts";
import { restoreSnapshot, takeSnapshot } from "./snapshot.ts";

export interface EngineOptions {
  /**
   * "auto" (default) takes the fastest build that the machine runs; relaxed only where the model gains by it and passes its
   * self-test there, since relaxed SIMD leaves engines some freedom. All builds give the same bytes.
   */
  readonly build?: EngineBuild | "auto";
  /** Most RAM that the engine may take, static data included; a model that needs more is refused. Default: no limit. */
  readonly ramBytes?: number;
  /** RAM beyond the plan for unpacked weight tiles, which then stay: faster on a host. Default 0, as on a wearable. */
  readonly tileCacheBytes?: number;
  /** Which of the file's networks that share their weights: 0, the default, is the finest. */
  readonly rung?: number;
}

/**
 * One model running on one stream of ECG. `load` makes every check once; afterwards pushing samples gives beats,
 * decisions and verdicts on the signal, the same ones whatever the chunks.
 */
export class Engine {
  readonly build: EngineBuild;
  readonly model: ModelFile;
  /** RAM in use: static data, state, the model's arena, scratch and tile cache of this build. */
  readonly ramBytes: number;
  readonly #exports: EngineExports;
  readonly #memory: WebAssembly.Memory;
  readonly #flash: { reads: number; bytes: number };
  readonly #times: LayerTimes;
  #rawSamples = 0;
  #beats = 0;
  #decisions = 0;

  private constructor(build: EngineBuild, model: ModelFile, instance: Instance) {
    this.build = build;
    this.model = model;
    this.#exports = instance.exports;
    this.#memory = instance.memory;
    this.#flash = instance.flash;
    this.#times = instance.times;
    this.ramBytes = instance.exports.ramBytes();
    this.#clearCounters();
  }

  /**
   * Checks and loads a model. The input is the model's own (conditioned) until `configureInput`.
   * Throws EngineError on a file that fails a check or does not fit, TypeError and RangeError on wrong arguments.
   */
  static async load(model: Uint8Array, options: EngineOptions = {}): Promise<Engine> {
    if (!(model instanceof Uint8Array)) {
      throw new TypeError(`model must be a Uint8Array with the bytes of a .qhb file, found ${typeof model}`);
    }
    const { build = "auto", ramBytes = MAX_MEMORY_BYTES, tileCacheBytes = 0, rung = 0 } = options;
    if (build !== "auto" && !ENGINE_BUILDS.includes(build)) {
      const known = ENGINE_BUILDS.map((name) => `"${name}"`).join(", ");
      throw new RangeError(`build must be "auto" or one of ${known}, found ${JSON.stringify(build)}`);
    }
    requireBytes("ramBytes", ramBytes);
    requireBytes("tileCacheBytes", tileCacheBytes);
    if (!Number.isInteger(rung) || rung < 0) throw new RangeError(`rung must be a whole number from 0, found ${rung}`);
    // A copy: what has been checked cannot change under the engine.
    const bytes = new Uint8Array(model);
    const load = async (chosen: EngineBuild) => {
      const instance = await loadInstance(chosen, { model: bytes, rung, limitBytes: ramBytes, tileCacheBytes });
      return new Engine(chosen, new ModelFile(bytes, rung), instance);
    };
    if (build !== "auto") return load(build);
    const [fastest, next] = runnableBuilds();
    const engine = await load(fastest);
    return fastest !== "relaxed" || (multipliesBytes(engine.model) && engine.#passesSelfTest()) ? engine : load(next);
  }

  /** Networks in the model's file, the finest first: `load` takes one of them. */
  get rungs(): number {
    return this.model.rungs;
  }

  /** Says how samples are to be read, and starts a new record. Throws RangeError with the value out of range. */
  configureInput(input: InputConfig): void {
    configure(this.#exports, input);
    this.reset();
  }

  /** Takes raw ADC counts of one lead, any number of them, and returns what they gave, in order. */
  push(samples: Int16Array | Int32Array): EngineEvent[] {
    checkSamples(samples);
    const events: EngineEvent[] = [];
    let taken = 0;
    do {
      const count = Math.min(INPUT_CAPACITY_SAMPLES, samples.length - taken);
      new Int32Array(this.#memory.buffer, this.#exports.inputAt(), count).set(samples.subarray(taken, taken + count));
      taken += this.#checked(this.#exports.push(count), "push samples");
      this.#drain(events);
    } while (taken < samples.length || this.#exports.waiting() !== 0);
    this.#rawSamples += samples.length;
    return events;
  }

  /** Ends the record: what its last samples still give. A new record starts with `reset`. */
  finish(): EngineEvent[] {
    const events: EngineEvent[] = [];
    while (this.#checked(this.#exports.finish(), "finish the record") !== 0) this.#drain(events);
    this.#drain(events);
    return events;
  }

  /** Starts a new record; settings stay, counters start at 0. */
  reset(): void {
    this.#exports.reset();
    this.#clearCounters();
  }

  /**
   * Returns the state of the record under way: a few kilobytes, the same in every build. Throws EngineError once the record
   * is finished.
   */
  snapshot(): Uint8Array {
    return takeSnapshot(this.#exports, this.#memory, this.model);
  }

  /**
   * Goes on with the record of a snapshot of the same model, in this or another engine of any build, as if nothing had
   * happened; settings too are those of then, counters start at 0. Throws TypeError on anything but bytes, and EngineError
   * on a snapshot that is damaged or of another model or rung: the record under way is kept unless the message says otherwise.
   */
  restore(snapshot: Uint8Array): void {
    if (!(snapshot instanceof Uint8Array)) {
      throw new TypeError(`snapshot must be a Uint8Array, found ${snapshot === null ? "null" : typeof snapshot}`);
    }
    restoreSnapshot(this.#exports, this.#memory, this.model, snapshot);
    this.#clearCounters();
  }

  /** Runs the model's golden vectors. Throws EngineError naming the first layer that differs; ends the current record. */
  selfTest(): void {
    const code = this.#exports.selfTest();
    this.#clearCounters();
    if (code === OK) return;
    const layer = this.#exports.statusLayer();
    const name = this.model.layers[layer]?.name;
    throw new EngineError(code, `self-test of ${this.model.metadata.name}`, { layer, detail: name });
  }

  #passesSelfTest(): boolean {
    const passes = this.#exports.selfTest() === OK;
    this.#clearCounters();
    return passes;
  }

  /** Takes the time of every layer from now on, on this machine's clock; costs two calls a weight tile. Off at first. */
  setProfiling(on: boolean): void {
    if (typeof on !== "boolean") throw new TypeError(`on must be true or false, found ${String(on)}`);
    this.#times.clear();
    this.#exports.setProfiling(on ? 1 : 0);
  }

  /** Returns the counters since the last reset, and times while profiling is on. */
  profile(): EngineProfile {
    return readProfile(this.#exports, this.model, this.#flash, this.#times, {
      rawSamples: this.#rawSamples,
      beats: this.#beats,
      decisions: this.#decisions,
    });
  }

  /**
   * Runs a conditioned record and returns the CRC-32 of every layer's output rows: what golden vectors hold, and what two
   * builds are compared by. `chunks` are the lengths to push, the rest at once. Ends the current record.
   */
  layerCrcs(samples: Int16Array, chunks: readonly number[] = []): Uint32Array {
    this.configureInput(CONDITIONED_INPUT);
    this.#exports.setChecking(1);
    try {
      let from = 0;
      for (const length of chunks) {
        this.push(samples.subarray(from, from + length));
        from += length;
      }
      this.push(samples.subarray(from));
      this.finish();
      return Uint32Array.from(this.model.layers, (_, layer) => this.#exports.layerCrc(layer));
    } finally {
      this.#exports.setChecking(0);
      this.reset();
    }
  }

  #drain(into: EngineEvent[]): void {
    const scale = 2 ** -this.model.logitFractionBits;
    for (const event of drainEvents(this.#exports, this.#memory, this.model.classes, scale)) {
      if (event.kind === "beat") this.#beats++;
      else if (event.kind === "decision") this.#decisions++;
      into.push(event);
    }
  }

  #checked(result: number, place: string): number {
    if (result < 0) throw new EngineError(-result, place);
    return result;
  }

  #clearCounters(): void {
    this.#exports.clearProfile();
    Object.assign(this.#flash, { reads: 0, bytes: 0 });
    this.#times.clear();
    this.#rawSamples = 0;
    this.#beats = 0;
    this.#decisions = 0;
  }
}

/** Relaxed SIMD speeds up products over int8 rows alone; those over wider rows are faster in the simd build (decisions/0006). */
function multipliesBytes({ layers }: ModelFile): boolean {
  const isInt8 = (tensor: number) => tensor > 0 && layers[tensor - 1].outType === "int8";
  return layers.some(({ op, inputs }) => op === "conv1d" && isInt8(inputs[0]));
}

function requireBytes(name: string, value: number): void {
  if (!Number.isInteger(value) || value < 0 || value > MAX_MEMORY_BYTES) {
    throw new RangeError(`${name} must be a whole number of bytes up to ${MAX_MEMORY_BYTES}, found ${value}`);
  }
}
