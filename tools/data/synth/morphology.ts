import type { SeededRandom } from "../../random/random.ts";

/** A Gaussian event of the cycle: its extremum lies `seconds` after the R peak, `widthSeconds` is its sigma. */
export interface Wave {
  readonly seconds: number;
  readonly widthSeconds: number;
  readonly millivolts: number;
}

/** The waves of one heart as one lead sees them, at one beat per second. */
export interface Morphology {
  readonly p: Wave;
  readonly qrs: readonly Wave[];
  readonly t: Wave;
  /** Waves of a ventricular beat: wide, without P, its T wave against the QRS complex. */
  readonly ventricular: readonly Wave[];
}

/**
 * A morphology with order, signs and places of McSharry et al. 2003, Table 1; its widths and amplitudes are those of an
 * adult's lead II (QRS about 90 ms).
 */
export const STANDARD_MORPHOLOGY: Morphology = {
  p: { seconds: -0.17, widthSeconds: 0.025, millivolts: 0.14 },
  qrs: [
    { seconds: -0.03, widthSeconds: 0.01, millivolts: -0.12 },
    { seconds: 0, widthSeconds: 0.011, millivolts: 1.1 },
    { seconds: 0.03, widthSeconds: 0.011, millivolts: -0.22 },
  ],
  t: { seconds: 0.28, widthSeconds: 0.05, millivolts: 0.3 },
  ventricular: [
    { seconds: 0, widthSeconds: 0.035, millivolts: 1.4 },
    { seconds: 0.1, widthSeconds: 0.035, millivolts: -0.5 },
    { seconds: 0.32, widthSeconds: 0.06, millivolts: -0.4 },
  ],
};

/**
 * Computes the waves of one beat. P and T move and widen with the square root of the RR interval before the beat
 * (Bazett's rule); the QRS complex keeps its times.
 */
export function beatWaves(morphology: Morphology, symbol: "N" | "V", pWave: boolean, rrBeforeSeconds: number): Wave[] {
  const stretch = Math.sqrt(rrBeforeSeconds);
  if (symbol === "V") return [...morphology.ventricular];
  const waves = [...morphology.qrs, stretched(morphology.t, stretch)];
  return pWave ? [stretched(morphology.p, stretch), ...waves] : waves;
}

function stretched(wave: Wave, factor: number): Wave {
  return { ...wave, seconds: wave.seconds * factor, widthSeconds: wave.widthSeconds * factor };
}

/** Draws a heart: electrode gain, axis (R against Q and S), P and T height, conduction times, ectopic focus. */
export function drawMorphology(random: SeededRandom): Morphology {
  const between = (low: number, high: number) => low + (high - low) * random.next();
  const { p, qrs, t, ventricular } = STANDARD_MORPHOLOGY;
  const gain = Math.exp(between(Math.log(0.5), Math.log(1.8)));
  const qrsWidth = between(0.8, 1.35);
  const qrsGains = [between(0.2, 2), between(0.6, 1.2), between(0.3, 3)];
  // One T wave in eight is turned round, as in ischaemia or strain.
  const tGain = between(0.35, 1.4) * (random.next() < 0.125 ? -1 : 1);
  const ventricularGain = between(0.6, 1.3) * (random.next() < 0.3 ? -1 : 1);
  const changed = (wave: Wave, time: number, width: number, height: number): Wave => ({
    seconds: wave.seconds * time,
    widthSeconds: wave.widthSeconds * width,
    millivolts: wave.millivolts * gain * height,
  });
  return {
    p: changed(p, between(0.8, 1.2), between(0.8, 1.2), between(0.5, 1.4)),
    qrs: qrs.map((wave, i) => changed(wave, qrsWidth, qrsWidth, qrsGains[i])),
    t: changed(t, between(0.9, 1.15), between(0.8, 1.25), tGain),
    ventricular: ventricular.map((wave) => changed(wave, 1, 1, ventricularGain)),
  };
}

/** Inverts the waves, as swapped electrodes do. */
export function inverted(morphology: Morphology): Morphology {
  const turn = (wave: Wave): Wave => ({ ...wave, millivolts: -wave.millivolts });
  return {
    p: turn(morphology.p),
    qrs: morphology.qrs.map(turn),
    t: turn(morphology.t),
    ventricular: morphology.ventricular.map(turn),
  };
}
