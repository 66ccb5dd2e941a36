const TAPS = 8;
const PHASES = 32;
const OUTPUT_RATE_MILLIHZ = 500_000;

function besselI0(x: number): number {
  let sum = 1;
  for (let k = 1, term = 1; k < 40; k++) {
    term *= (x / 2 / k) ** 2;
    sum += term;
  }
  return sum;
}

/** Taps of the 33 phases of one kernel in Q15, each row adding up to 32768. */
export function kernelRows(cutoff: number, beta: number): number[][] {
  return Array.from({ length: PHASES + 1 }, (_, phase) => {
    const taps = Array.from({ length: TAPS }, (_, tap) => {
      const t = tap - 3 - phase / PHASES;
      const window = besselI0(beta * Math.sqrt(Math.max(0, 1 - (t / 4) ** 2))) / besselI0(beta);
      const sinc = t === 0 ? 1 : Math.sin(2 * Math.PI * cutoff * t) / (2 * Math.PI * cutoff * t);
      return 2 * cutoff * sinc * window;
    });
    const sum = taps.reduce((a, b) => a + b);
    const row = taps.map((tap) => Math.round((tap / sum) * 32768));
    row[row.indexOf(Math.max(...row))] += 32768 - row.reduce((a, b) => a + b);
    return row;
  });
}

const UP = kernelRows(0.48, 4);
const DOWN = kernelRows(0.24, 3.5);

/** Resamples a stream of integers to 500 Hz (docs/numerics/front-end.md, "Resampler"). */
export class ReferenceResampler {
  private readonly input: number[] = [];
  private outputs = 0;

  constructor(private readonly rateMilliHz: number) {}

  push(sample: number): number[] {
    this.input.push(sample);
    const out: number[] = [];
    for (let next = this.next(); next !== undefined; next = this.next()) {
      out.push(next);
      this.outputs++;
    }
    return out;
  }

  private next(): number | undefined {
    const position = BigInt(this.outputs) * BigInt(this.rateMilliHz);
    const whole = Number(position / BigInt(OUTPUT_RATE_MILLIHZ));
    const remainder = position % BigInt(OUTPUT_RATE_MILLIHZ);
    if (this.rateMilliHz === OUTPUT_RATE_MILLIHZ) return this.input[whole];
    if (whole + TAPS / 2 >= this.input.length) return undefined;

    const fraction = Number((remainder * ((1n << 40n) / BigInt(OUTPUT_RATE_MILLIHZ))) >> 20n);
    const phase = Math.floor(fraction / 32768);
    const weight = BigInt(fraction % 32768);
    const rows = this.rateMilliHz > OUTPUT_RATE_MILLIHZ ? DOWN : UP;
    // At most 8 * 2^28 * 2^15 = 2^46: exact in a double.
    const dot = (row: number[]) => row.reduce((sum, tap, i) => sum + tap * (this.input[whole - 3 + i] ?? 0), 0);
    const left = BigInt(dot(rows[phase]));
    const right = BigInt(dot(rows[phase + 1]));
    return Number((left * 32768n + (right - left) * weight + (1n << 29n)) >> 30n);
  }
}
