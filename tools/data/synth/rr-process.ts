import type { SeededRandom } from "../../random/random.ts";

/** A function that gives the RR interval, in seconds, that begins at a time in seconds. */
export type RrProcess = (timeSeconds: number) => number;

/** Sympathetic (Mayer) and respiratory peak of the RR spectrum (McSharry et al. 2003, Table 2 and eq. 2). */
const LOW_FREQUENCY_HZ = 0.1;
const HIGH_FREQUENCY_HZ = 0.25;
const PEAK_WIDTH_HZ = 0.01;
const LOW_TO_HIGH_POWER = 0.5;
/** Spectral lines per peak, over plus and minus three widths. */
const LINES_PER_PEAK = 24;
/** The shortest interval that ventricles answer (about 270 beats a minute). */
const REFRACTORY_SECONDS = 0.22;

interface Line {
  readonly radiansPerSecond: number;
  readonly seconds: number;
  readonly phase: number;
}

/**
 * Makes RR intervals whose spectrum is the sum of two Gaussians (McSharry et al. 2003, eq. 2). A sum of spectral lines
 * with random phases replaces the paper's inverse transform, and serves any time and duration.
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
 * Makes RR intervals of atrial fibrillation. They are independent and log-normal, since impulses reach the node at
 * random and it passes one on when it has recovered.
 */
export function fibrillationRrProcess(meanSeconds: number, variation: number, random: SeededRandom): RrProcess {
  const sigma = Math.sqrt(Math.log(1 + variation ** 2));
  const mu = Math.log(meanSeconds) - sigma ** 2 / 2;
  return () => Math.max(REFRACTORY_SECONDS, Math.exp(mu + sigma * random.normal()));
}
