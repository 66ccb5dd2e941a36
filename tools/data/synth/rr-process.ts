import type { SeededRandom } from "../../random/random.ts";

/** Gives the RR interval, in seconds, that begins at a time in seconds. */
export type RrProcess = (timeSeconds: number) => number;

/** McSharry et al. 2003, Table 2 and eq. 2: sympathetic (Mayer) and respiratory peak of the RR spectrum. */
const LOW_FREQUENCY_HZ = 0.1;
const HIGH_FREQUENCY_HZ = 0.25;
const PEAK_WIDTH_HZ = 0.01;
const LOW_TO_HIGH_POWER = 0.5;
/** Spectral lines a peak, over plus and minus three widths. */
const LINES_PER_PEAK = 24;
/** Ventricles do not answer faster than this (about 270 beats a minute). */
const REFRACTORY_SECONDS = 0.22;

interface Line {
  readonly radiansPerSecond: number;
  readonly seconds: number;
  readonly phase: number;
}

/**
 * RR intervals whose spectrum is the sum of two Gaussians (McSharry et al. 2003, eq. 2), as a sum of spectral lines
 * with random phases: what the inverse transform of the paper gives, at any time and for any duration.
 * @param variation standard deviation over mean
 */
export function sinusRrProcess(meanSeconds: number, variation: number, random: SeededRandom): RrProcess {
  const lines = [...peak(LOW_FREQUENCY_HZ, LOW_TO_HIGH_POWER, random), ...peak(HIGH_FREQUENCY_HZ, 1, random)];
  const power = lines.reduce((sum, line) => sum + line.seconds ** 2 / 2, 0);
  const scale = (variation * meanSeconds) / Math.sqrt(power);
  return (timeSeconds) => {
    let swing = 0;
    for (const line of lines) swing += line.seconds * Math.cos(line.radiansPerSecond * timeSeconds + line.phase);
    return Math.max(REFRACTORY_SECONDS, meanSeconds + scale * swing);
  };
}

function peak(centreHz: number, power: number, random: SeededRandom): Line[] {
  return Array.from({ length: LINES_PER_PEAK }, (_, i) => {
    const widths = (6 * (i + random.next())) / LINES_PER_PEAK - 3;
    return {
      radiansPerSecond: 2 * Math.PI * (centreHz + widths * PEAK_WIDTH_HZ),
      seconds: Math.sqrt(power * Math.exp(-(widths ** 2) / 2)),
      phase: 2 * Math.PI * random.next(),
    };
  });
}

/**
 * RR intervals of atrial fibrillation: independent of each other and log-normal, since the node is bombarded at random
 * and passes an impulse on when it has recovered.
 */
export function fibrillationRrProcess(meanSeconds: number, variation: number, random: SeededRandom): RrProcess {
  const sigma = Math.sqrt(Math.log(1 + variation ** 2));
  const mu = Math.log(meanSeconds) - sigma ** 2 / 2;
  return () => Math.max(REFRACTORY_SECONDS, Math.exp(mu + sigma * random.normal()));
}
