import type { SeededRandom } from "../../random/random.ts";

/** Recordings of noise alone, conditioned: int16, 500 Hz, microvolts. */
export interface NoiseSignals {
  /** Where they come from, for the model's facts. */
  readonly description: string;
  readonly signals: readonly Int16Array[];
}

/**
 * Adds a random stretch of one of the noises, in place, at a random ratio of the crop's power to the noise's. A stretch
 * is never longer than its noise: past its end it begins again. Silence on either side is left as it is.
 * @param crop millivolts
 */
export function mixNoise(
  crop: Float32Array,
  { signals }: NoiseSignals,
  [low, high]: readonly [low: number, high: number],
  random: SeededRandom,
): void {
  const signal = signals[random.integer(signals.length)];
  const start = random.integer(signal.length);
  const decibels = low + (high - low) * random.next();
  let noisePower = 0;
  let cropPower = 0;
  for (let i = 0; i < crop.length; i++) {
    noisePower += signal[(start + i) % signal.length] ** 2;
    cropPower += crop[i] ** 2;
  }
  if (noisePower === 0) return;
  const scale = Math.sqrt(cropPower / noisePower) * 10 ** (-decibels / 20);
  for (let i = 0; i < crop.length; i++) crop[i] += scale * signal[(start + i) % signal.length];
}
