import type { SeededRandom } from "../../random/random.ts";

/** Harmonics of the sawtooth: the third is a third of the first, and 27 Hz is as far as a fibrillating atrium goes. */
const HARMONICS = 3;

/**
 * Synthesizes fibrillatory waves in millivolts: a sawtooth of 4 to 9 Hz whose frequency and amplitude sway slowly
 * (Stridh and Sornmo, "Spatiotemporal QRST cancellation techniques for analysis of atrial fibrillation",
 * IEEE Trans. Biomed. Eng. 48(1), 2001, eqs. 13 to 15).
 * @param amplitudeMillivolts amplitude of the first harmonic
 */
export function fibrillatoryWaves(
  samples: number,
  sampleRateHz: number,
  amplitudeMillivolts: number,
  random: SeededRandom,
): Float64Array {
  const between = (low: number, high: number) => low + (high - low) * random.next();
  const frequencyHz = between(4.3, 8.7);
  const swayHz = 0.3;
  const frequencySwayHz = between(0.05, 0.25);
  const amplitudeSwayHz = between(0.1, 0.5);
  const amplitudeSway = between(0.1, 0.4);
  const phase = 2 * Math.PI * random.next();
  return Float64Array.from({ length: samples }, (_, i) => {
    const t = i / sampleRateHz;
    const sway = (frequencySwayHz / swayHz) * Math.sin(2 * Math.PI * swayHz * t);
    const theta = 2 * Math.PI * frequencyHz * t + sway + phase;
    let sum = 0;
    for (let l = 1; l <= HARMONICS; l++) sum -= Math.sin(l * theta) / l;
    return amplitudeMillivolts * (1 + amplitudeSway * Math.sin(2 * Math.PI * amplitudeSwayHz * t)) * sum;
  });
}
