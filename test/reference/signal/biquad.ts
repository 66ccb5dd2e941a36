const COEFFICIENT_BITS = 29n;

export interface BiquadCoefficients {
  b: readonly [number, number, number];
  a: readonly [number, number];
}

/** One direct-form-I section with second-order error feedback (docs/numerics/front-end.md, "Biquads"). */
export class ReferenceBiquad {
  private x = [0n, 0n];
  private y = [0n, 0n];
  private error = [0n, 0n];
  private readonly b: bigint[];
  private readonly a: bigint[];

  constructor(coefficients: BiquadCoefficients) {
    this.b = coefficients.b.map(BigInt);
    this.a = coefficients.a.map(BigInt);
  }

  filter(sample: number): number {
    const x = BigInt(sample);
    const acc =
      this.b[0] * x +
      this.b[1] * this.x[0] +
      this.b[2] * this.x[1] -
      this.a[0] * this.y[0] -
      this.a[1] * this.y[1] +
      2n * this.error[0] -
      this.error[1];
    const y = (acc + (1n << (COEFFICIENT_BITS - 1n))) >> COEFFICIENT_BITS;
    this.x = [x, this.x[0]];
    this.y = [y, this.y[0]];
    this.error = [acc - (y << COEFFICIENT_BITS), this.error[0]];
    return Number(y);
  }
}

/** Butterworth section by the bilinear transform, in Q29: pole pair of quality `q` at `cutoffHz`, for 500 Hz. */
export function butterworthSection(kind: "low" | "high", cutoffHz: number, q: number): BiquadCoefficients {
  const w = Math.tan((Math.PI * cutoffHz) / 500);
  const norm = 1 + w / q + w * w;
  const fixed = (value: number) => Math.round(value * 2 ** Number(COEFFICIENT_BITS));
  const a1 = fixed((2 * (w * w - 1)) / norm);
  const a2 = fixed((1 - w / q + w * w) / norm);
  const one = 2 ** Number(COEFFICIENT_BITS);
  const sign = kind === "low" ? 1 : -1;
  const b0 = Math.round((one + sign * a1 + a2) / 4);
  return { b: [b0, sign * 2 * b0, b0], a: [a1, a2] };
}
