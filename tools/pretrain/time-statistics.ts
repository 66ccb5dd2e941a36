import { type TokenGrid, writeFrame } from "./token-grid.ts";

/** The same stretch as a mel frame: 256 ms at 500 Hz. */
const FRAME_SAMPLES = 128;
const SAMPLES_PER_SECOND = 500;

/** The statistics of a frame, in this order. Unlike cepstra they know which way a wave points, and when. */
export const TIME_STATISTICS = [
  "mean, mV",
  "standard deviation, mV",
  "least, mV",
  "greatest, mV",
  "mean slope's magnitude, mV/s",
  "steepest slope's magnitude, mV/s",
  "share of samples after which the wave about its mean changes sign",
  "skewness",
  "kurtosis beyond a normal curve's",
  "place of the largest deviation from the mean, 0 to 1",
] as const;

/**
 * The statistics of every token's frame.
 * @param signal one lead at 500 Hz in millivolts
 * @returns [tokens][10]
 */
export function timeStatistics(signal: Float32Array, grid: TokenGrid): Float32Array {
  const frame = new Float64Array(FRAME_SAMPLES);
  const statistics = new Float32Array(grid.tokens * TIME_STATISTICS.length);
  for (let token = 0; token < grid.tokens; token++) {
    writeFrame(frame, signal, grid, token);
    statistics.set(statisticsOf(frame), token * TIME_STATISTICS.length);
  }
  return statistics;
}

function statisticsOf(frame: Float64Array): number[] {
  const mean = meanOf(frame);
  const deviations = frame.map((value) => value - mean);
  const power = (exponent: number) => meanOf(deviations.map((value) => value ** exponent));
  const variance = power(2);
  const slopes = frame.subarray(1).map((value, i) => SAMPLES_PER_SECOND * Math.abs(value - frame[i]));
  const changes = deviations.subarray(1).filter((value, i) => value * deviations[i] < 0).length;
  const magnitudes = deviations.map(Math.abs);
  return [
    mean,
    Math.sqrt(variance),
    Math.min(...frame),
    Math.max(...frame),
    meanOf(slopes),
    Math.max(...slopes),
    changes / FRAME_SAMPLES,
    // A flat line is neither skewed nor peaked.
    variance > 0 ? power(3) / variance ** 1.5 : 0,
    variance > 0 ? power(4) / variance ** 2 - 3 : 0,
    magnitudes.indexOf(Math.max(...magnitudes)) / FRAME_SAMPLES,
  ];
}

function meanOf(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
