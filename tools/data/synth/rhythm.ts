/** The rhythm of the heart in a synthetic record, or the state of its electrode. */
export type Rhythm = "sinus" | "bradycardia" | "tachycardia" | "afib" | "ectopic" | "noise" | "leadOff";

export interface RhythmFacts {
  /** Default mean ventricular rate in beats per minute. */
  readonly rateBpm: number;
  /** Standard deviation of the RR interval over its mean. */
  readonly rrVariation: number;
  /** Share of the beats that are ventricular. */
  readonly ectopicFraction: number;
  /** True where the atria contract before the ventricles. */
  readonly pWave: boolean;
  /** The note of the rhythm annotation at sample 0, as PhysioNet writes it. */
  readonly note: string;
}

/**
 * Rates and variation of ordinary adult records. Tachycardia is supraventricular: narrow, regular, its P wave hidden in
 * the QRS complex. Fibrillation has no P wave. Noise has no heart, so only its note is used.
 */
export const RHYTHMS: Readonly<Record<Rhythm, RhythmFacts>> = {
  sinus: { rateBpm: 72, rrVariation: 0.05, ectopicFraction: 0, pWave: true, note: "(N" },
  bradycardia: { rateBpm: 44, rrVariation: 0.04, ectopicFraction: 0, pWave: true, note: "(SBR" },
  tachycardia: { rateBpm: 170, rrVariation: 0.01, ectopicFraction: 0, pWave: false, note: "(SVTA" },
  afib: { rateBpm: 95, rrVariation: 0.22, ectopicFraction: 0, pWave: false, note: "(AFIB" },
  ectopic: { rateBpm: 75, rrVariation: 0.04, ectopicFraction: 0.15, pWave: true, note: "(N" },
  noise: { rateBpm: 72, rrVariation: 0.05, ectopicFraction: 0, pWave: false, note: "(NOISE" },
  leadOff: { rateBpm: 72, rrVariation: 0.05, ectopicFraction: 0, pWave: true, note: "(N" },
};

/** Returns the facts of a rhythm. Throws RangeError for an unknown name. */
export function rhythmFacts(rhythm: Rhythm): RhythmFacts {
  if (!Object.hasOwn(RHYTHMS, rhythm)) {
    throw new RangeError(`rhythm must be one of ${Object.keys(RHYTHMS).join(", ")}, not ${rhythm}`);
  }
  return RHYTHMS[rhythm];
}
