import { zeroPhase } from "./zero-phase.ts";

/** The rate in Hz at which HuBERT-ECG filters; it is the published code's, whatever the engine's rate is. */
export const FILTER_RATE_HZ = 500;
const LOW_HZ = 0.05;
const HIGH_HZ = 47;
/** Taps of the filter: 0.3 of the rate, and one more to be odd, as in biosppy. */
const TAPS = 151;
/** Samples added at both ends: three times the taps, scipy's default. */
const EDGE_SAMPLES = 3 * TAPS;

const BAND_PASS = designBandPass();

/** Passes 0.05 to 47 Hz at 500 Hz: a windowed sinc of 151 taps, forward and backward. It needs at least 454 samples. */
export function bandPass(x: Float64Array): Float64Array {
  return zeroPhase(x, EDGE_SAMPLES, convolve);
}

function convolve(x: Float64Array): Float64Array {
  return x.map((_, at) => {
    let sum = 0;
    for (let tap = 0; tap < TAPS; tap++) sum += BAND_PASS[tap] * x[Math.max(0, at - tap)];
    return sum;
  });
}

/** Designs the taps: the difference of two sincs under a Hamming window, gain 1 in mid-band (scipy's firwin). */
function designBandPass(): Float64Array {
  const middle = (TAPS - 1) / 2;
  const [low, high] = [(2 * LOW_HZ) / FILTER_RATE_HZ, (2 * HIGH_HZ) / FILTER_RATE_HZ];
  const taps = Float64Array.from({ length: TAPS }, (_, tap) => {
    const hamming = 0.54 - 0.46 * Math.cos((2 * Math.PI * tap) / (TAPS - 1));
    return hamming * (high * sinc(high * (tap - middle)) - low * sinc(low * (tap - middle)));
  });
  const centre = (low + high) / 2;
  const gain = taps.reduce((sum, value, tap) => sum + value * Math.cos(Math.PI * centre * (tap - middle)), 0);
  return taps.map((value) => value / gain);
}

function sinc(x: number): number {
  return x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
}
