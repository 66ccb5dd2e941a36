import type { TimeNs } from "./event-queue.ts";
import { NoiseSource } from "./noise-source.ts";

/** One lead of a record: the signal at the electrodes. */
export interface SimulatedRecord {
  readonly name: string;
  readonly sampleRateHz: number;
  readonly samples: Int32Array;
  readonly millivoltsPerCount: number;
  /** The count that means 0 mV. */
  readonly baseline: number;
}

export interface AnalogFrontEndOptions {
  /** Nominal rate, 125 .. 1000; the record's by default. */
  readonly sampleRateHz: number;
  /** Bits of the converter, sign included, 8 .. 24. */
  readonly bits: number;
  /** Largest input; the converter saturates beyond it. */
  readonly fullScaleMillivolts: number;
  /** Input-referred noise, root mean square. */
  readonly noiseMicrovolts: number;
  /** Electrode offset. */
  readonly offsetMillivolts: number;
  /** Excess of the converter's clock over its nominal rate, in parts per million, -10,000 .. 10,000. */
  readonly clockPpm: number;
  /** Samples that the FIFO gathers for one burst, 1 .. 512. */
  readonly fifoSamples: number;
  /** Bit rate of the bus that DMA reads the FIFO over. */
  readonly busHz: number;
  /** Stretches with the lead off, in which the converter sees its upper rail. */
  readonly leadOff: readonly { readonly fromSeconds: number; readonly toSeconds: number }[];
  readonly seed: number;
}

/** An ADS1292R at gain 6 (24 bits, +-403 mV, 8 uV peak to peak of noise) that fills a FIFO of 32 words. */
export const DEFAULT_FRONT_END: Omit<AnalogFrontEndOptions, "sampleRateHz"> = {
  bits: 24,
  fullScaleMillivolts: 403,
  noiseMicrovolts: 1.2,
  offsetMillivolts: 0,
  clockPpm: 0,
  fifoSamples: 32,
  busHz: 1e6,
  leadOff: [],
  seed: 1,
};

/** The content of a full FIFO, which DMA has moved by `readyNs`. */
export interface Burst {
  /** Counts of the converter. */
  readonly samples: Int32Array;
  readonly readyNs: TimeNs;
}

const NS = 1e9;

/**
 * Electrode, converter, FIFO and DMA. Sample i is taken at i / rate seconds of the converter's own clock. Catmull-Rom
 * interpolation gives the record's value at that time: at the record's rate and 0 ppm the samples are the record's.
 */
export class AnalogFrontEnd {
  readonly millivoltsPerCount: number;
  /** Number of samples that the record gives. */
  readonly sampleCount: number;
  readonly #record: SimulatedRecord;
  readonly #options: AnalogFrontEndOptions;
  readonly #noise: NoiseSource;
  /** Samples taken in a second of simulated time. */
  readonly #trueRateHz: number;
  #taken = 0;
  #busFreeNs: TimeNs = 0;

  constructor(record: SimulatedRecord, options: AnalogFrontEndOptions) {
    checkRecord(record);
    checkOptions(options);
    this.#record = record;
    this.#options = options;
    this.#noise = new NoiseSource(options.seed);
    this.#trueRateHz = options.sampleRateHz * (1 + options.clockPpm * 1e-6);
    this.millivoltsPerCount = options.fullScaleMillivolts / 2 ** (options.bits - 1);
    this.sampleCount = Math.floor(((record.samples.length - 1) * this.#trueRateHz) / record.sampleRateHz) + 1;
  }

  /** Returns the time at which a sample is taken; `sample` need not be whole. */
  sampleTimeNs(sample: number): TimeNs {
    return Math.round((sample * NS) / this.#trueRateHz);
  }

  /** Returns the next burst, or null after the last one. The record's end empties the FIFO early. */
  nextBurst(): Burst | null {
    const count = Math.min(this.#options.fifoSamples, this.sampleCount - this.#taken);
    if (count === 0) return null;
    const samples = Int32Array.from({ length: count }, () => this.#convert(this.#taken++));
    const fullNs = this.sampleTimeNs(this.#taken - 1);
    const transferNs = Math.ceil((count * bytesPerSample(this.#options.bits) * 8 * NS) / this.#options.busHz);
    this.#busFreeNs = Math.max(fullNs, this.#busFreeNs) + transferNs;
    return { samples, readyNs: this.#busFreeNs };
  }

  /** RAM of the DMA's two buffers, of which one fills while the other empties. */
  get dmaBytes(): number {
    return 2 * this.#options.fifoSamples * bytesPerSample(this.#options.bits);
  }

  #convert(sample: number): number {
    const { offsetMillivolts, noiseMicrovolts, leadOff, bits } = this.#options;
    const seconds = sample / this.#trueRateHz;
    const rail = 2 ** (bits - 1);
    if (leadOff.some(({ fromSeconds, toSeconds }) => seconds >= fromSeconds && seconds < toSeconds)) return rail - 1;
    const noise = noiseMicrovolts === 0 ? 0 : noiseMicrovolts * 1e-3 * this.#noise.normal();
    const count = Math.round((this.#millivoltsAt(seconds) + offsetMillivolts + noise) / this.millivoltsPerCount);
    return Math.max(-rail, Math.min(rail - 1, count));
  }

  #millivoltsAt(seconds: number): number {
    const { samples, sampleRateHz, millivoltsPerCount, baseline } = this.#record;
    const position = seconds * sampleRateHz;
    const index = Math.min(samples.length - 1, Math.floor(position));
    const fraction = position - index;
    const at = (i: number) => samples[Math.max(0, Math.min(samples.length - 1, i))];
    const [before, here, next, after] = [at(index - 1), at(index), at(index + 1), at(index + 2)];
    const slope = 0.5 * (next - before);
    const bend = before - 2.5 * here + 2 * next - 0.5 * after;
    const twist = 0.5 * (after - before) + 1.5 * (here - next);
    return (here + fraction * (slope + fraction * (bend + fraction * twist)) - baseline) * millivoltsPerCount;
  }
}

function bytesPerSample(bits: number): number {
  return Math.ceil(bits / 8);
}

function checkRecord(record: SimulatedRecord): void {
  if (record.samples.length === 0) throw new RangeError(`record ${record.name} has 0 samples, expected 1 at least`);
  requireWithin("record.sampleRateHz", record.sampleRateHz, 1, 1e6);
  if (!(record.millivoltsPerCount > 0 && Number.isFinite(record.millivoltsPerCount))) {
    throw new RangeError(`record.millivoltsPerCount must be above 0, not ${record.millivoltsPerCount}`);
  }
  if (!Number.isFinite(record.baseline)) {
    throw new RangeError(`record.baseline must be a number, not ${record.baseline}`);
  }
}

function checkOptions(options: AnalogFrontEndOptions): void {
  requireWithin("sampleRateHz", options.sampleRateHz, 125, 1000);
  requireWithin("bits", options.bits, 8, 24, true);
  requireWithin("fullScaleMillivolts", options.fullScaleMillivolts, 0.001, 1e5);
  requireWithin("noiseMicrovolts", options.noiseMicrovolts, 0, 1e6);
  requireWithin("offsetMillivolts", options.offsetMillivolts, -1e5, 1e5);
  requireWithin("clockPpm", options.clockPpm, -1e4, 1e4);
  requireWithin("fifoSamples", options.fifoSamples, 1, 512, true);
  // At twice the converter's rate of bits the bus is free again before the next burst.
  requireWithin("busHz", options.busHz, 2 * options.sampleRateHz * bytesPerSample(options.bits) * 8, 1e9);
}

function requireWithin(name: string, value: number, lowest: number, highest: number, whole = false): void {
  if (value >= lowest && value <= highest && (!whole || Number.isInteger(value))) return;
  throw new RangeError(`${name} must be ${whole ? "a whole number in " : ""}${lowest} .. ${highest}, not ${value}`);
}
