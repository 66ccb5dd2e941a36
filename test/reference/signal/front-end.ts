import { butterworthSection, ReferenceBiquad } from "./biquad.ts";
import { ReferenceResampler } from "./resampler.ts";

const MAX_DEVIATION = 1n << 28n;
const INT32_MAX = 0x7fffffffn;

const limit = (value: bigint, bound: bigint) => (value < -bound ? -bound : value > bound ? bound : value);

/** The chain of docs/numerics/front-end.md in plain, exact arithmetic: raw counts to int16 microvolts at 500 Hz. */
export class ReferenceFrontEnd {
  private first: bigint | undefined;
  private readonly multiplier: bigint;
  private readonly shift: bigint;
  private readonly resampler: ReferenceResampler;
  private readonly sections = [
    new ReferenceBiquad(butterworthSection("high", 0.5, Math.SQRT1_2)),
    new ReferenceBiquad(butterworthSection("low", 40, 1 / (2 * Math.cos(Math.PI / 8)))),
    new ReferenceBiquad(butterworthSection("low", 40, 1 / (2 * Math.sin(Math.PI / 8)))),
  ];

  constructor(sampleRateMilliHz: number, picovoltsPerCount: number) {
    const numerator = 4n * BigInt(picovoltsPerCount);
    let shift = 0n;
    while (numerator << shift < 15625n << 30n) shift++;
    this.shift = shift;
    this.multiplier = (numerator << shift) / 15625n;
    this.resampler = new ReferenceResampler(sampleRateMilliHz);
  }

  push(raw: number): number[] {
    return this.resampler.push(this.deviation(raw)).map((sample) => {
      const limited = this.sections.reduce((value, section) => section.filter(value), sample);
      return Math.min(Math.max(Math.floor((limited + 128) / 256), -32768), 32767);
    });
  }

  /** All of a record at once. */
  condition(raw: ArrayLike<number>): Int16Array {
    return Int16Array.from(Array.from(raw).flatMap((sample) => this.push(sample)));
  }

  private deviation(raw: number): number {
    this.first ??= BigInt(raw);
    const difference = limit(BigInt(raw) - this.first, INT32_MAX);
    const units = (difference * this.multiplier + (1n << (this.shift - 1n))) >> this.shift;
    return Number(limit(units, MAX_DEVIATION));
  }
}
