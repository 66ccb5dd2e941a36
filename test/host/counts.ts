import { synthesize } from "../../tools/data/synth/synthesize.ts";

/** ADC counts of a synthetic sinus rhythm at a recorder's own rate, 5 uV a count. */
export function syntheticCounts(seconds: number, sampleRateHz: number): Int16Array {
  const { samples } = synthesize({ rhythm: "sinus", seconds, sampleRateHz, seed: 3 }).leads[0];
  return Int16Array.from(samples, (value) => Math.round(value / 5));
}
