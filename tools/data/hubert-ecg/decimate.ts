import { zeroPhase } from "./zero-phase.ts";

export const DECIMATION = 5;

const ORDER = 8;
const RIPPLE_DECIBELS = 0.05;
/** The edge of the pass band as a share of the Nyquist frequency. */
const PASS_BAND = 0.8 / DECIMATION;

/** Chebyshev's low pass as sections of gain (1 + 1/z)^2 / (1 + a1/z + a2/z^2). */
const SECTIONS = designLowPass();
/** Samples added at both ends: three times the terms of a section's recursion, scipy's default. */
const EDGE_SAMPLES = 27;

/**
 * Takes every fifth sample after a low pass, forward and backward, as scipy's `decimate(x, 5)`. It needs at least 28
 * samples.
 */
export function decimate(x: Float64Array): Float64Array {
  const smooth = zeroPhase(x, EDGE_SAMPLES, lowPass);
  return Float64Array.from({ length: Math.ceil(x.length / DECIMATION) }, (_, i) => smooth[i * DECIMATION]);
}

function lowPass(x: Float64Array): Float64Array {
  return SECTIONS.reduce<Float64Array>(
    (y, { gain, a1, a2 }) =>
      section(
        y.map((value) => gain * value),
        a1,
        a2,
      ),
    x,
  );
}

/**
 * Designs the low pass: the analog filter's poles lie on an ellipse, and the bilinear transform maps them into the unit
 * circle.
 */
function designLowPass() {
  const ripple = 10 ** (RIPPLE_DECIBELS / 10) - 1;
  const spread = Math.asinh(1 / Math.sqrt(ripple)) / ORDER;
  // The tangent undoes the transform's bending of frequencies.
  const edge = Math.tan((Math.PI * PASS_BAND) / 2);
  return Array.from({ length: ORDER / 2 }, (_, pair) => {
    const angle = (Math.PI * (2 * pair + 1)) / (2 * ORDER);
    const [re, im] = [-edge * Math.sinh(spread) * Math.cos(angle), edge * Math.cosh(spread) * Math.sin(angle)];
    const scale = (1 - re) ** 2 + im ** 2;
    const a1 = (-2 * (1 - re ** 2 - im ** 2)) / scale;
    const a2 = ((1 + re) ** 2 + im ** 2) / scale;
    // A filter of even order passes a constant at the bottom of the ripple.
    return { a1, a2, gain: ((1 + a1 + a2) / 4) * (1 + ripple) ** (-1 / ORDER) };
  });
}

/** Runs one section from the state that its first sample settles in: y = (1 + 2/z + 1/z^2) / (1 + a1/z + a2/z^2) x. */
function section(x: Float64Array, a1: number, a2: number): Float64Array {
  const settled = (4 * x[0]) / (1 + a1 + a2);
  let second = x[0] - a2 * settled;
  let first = 2 * x[0] - a1 * settled + second;
  return x.map((value) => {
    const y = value + first;
    first = 2 * value - a1 * y + second;
    second = value - a2 * y;
    return y;
  });
}
