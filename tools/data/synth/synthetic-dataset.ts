import { SeededRandom } from "../../random/random.ts";
import type { Dataset, EcgRecord, LabelledRecord } from "../record.ts";
import { drawMorphology, inverted } from "./morphology.ts";
import type { NoiseLevels } from "./noise.ts";
import { HEAVY_NOISE } from "./noise.ts";
import type { SynthesisOptions } from "./synthesize.ts";
import { synthesize } from "./synthesize.ts";

export interface SyntheticDatasetOptions {
  readonly recordsPerClass: number;
  /** Length of each record. */
  readonly seconds: number;
  readonly seed: number;
  /** Sample rate; 300 by default, as in the CinC 2017 records. */
  readonly sampleRateHz?: number;
}

/** The classes of CinC 2017: sinus, atrial fibrillation, other rhythm, too noisy to read. */
const CLASSES = ["N", "A", "O", "~"] as const;
type ClassLabel = (typeof CLASSES)[number];

/** The part of a synthetic record that its class decides; the patient and the day decide the rest. */
type RhythmChoice = Pick<
  SynthesisOptions,
  "rhythm" | "rateBpm" | "rrVariation" | "ectopicFraction" | "fibrillationMillivolts"
>;

/**
 * Synthesizes a data set with the classes of CinC 2017. A patient gives two records of one class, with one heart
 * (waves, gain, polarity) on two days (rate, noise). The classes overlap where real ones do: breathing makes sinus
 * irregular, fibrillation can be slow with fine waves, ectopic beats can be few, and all records have noise. Records
 * alternate between the classes. Throws RangeError for a count below 1.
 */
export function syntheticDataset(options: SyntheticDatasetOptions): Dataset {
  const { recordsPerClass } = options;
  if (!Number.isInteger(recordsPerClass) || recordsPerClass < 1) {
    throw new RangeError(`recordsPerClass must be an integer above 0, not ${recordsPerClass}`);
  }
  const records: LabelledRecord[] = [];
  for (let i = 0; i < recordsPerClass; i++) {
    for (const label of CLASSES) records.push(labelledRecord(label, i, options));
  }
  return { name: `synthetic-${options.seconds}s-seed${options.seed}`, classes: CLASSES, records };
}

function labelledRecord(label: ClassLabel, index: number, options: SyntheticDatasetOptions): LabelledRecord {
  const { seconds, seed, sampleRateHz = 300 } = options;
  const classNumber = CLASSES.indexOf(label);
  const name = `S${classNumber}${String(index).padStart(5, "0")}`;
  const patient = `P${classNumber}${String(index >> 1).padStart(5, "0")}`;
  const load = () => {
    const random = new SeededRandom(seed).fork(name);
    const heart = new SeededRandom(seed).fork(patient);
    const drawn = drawMorphology(heart);
    const morphology = heart.next() < 0.15 ? inverted(drawn) : drawn;
    const rhythm = drawRhythm(label, random);
    const noise = label === "~" ? drawHeavyNoise(random) : drawNoise(random);
    const attempt = () =>
      synthesize({ ...rhythm, name, seconds, sampleRateHz, seed: random.integer(2 ** 32), morphology, noise });
    return rhythm.rhythm === "ectopic" ? withEctopicBeat(attempt) : attempt();
  };
  return { name, label, patient, load };
}

/** Repeats the attempt, at most 20 times, until its record has an ectopic beat, as its label says. */
function withEctopicBeat(attempt: () => EcgRecord): EcgRecord {
  let record = attempt();
  for (let i = 1; i < 20 && !record.annotations?.some(({ symbol }) => symbol === "V"); i++) record = attempt();
  return record;
}

function drawRhythm(label: ClassLabel, random: SeededRandom): RhythmChoice {
  const between = (low: number, high: number) => low + (high - low) * random.next();
  switch (label) {
    case "N":
      return { rhythm: "sinus", rateBpm: between(52, 100), rrVariation: between(0.02, 0.09) };
    case "A":
      return {
        rhythm: "afib",
        rateBpm: between(60, 150),
        rrVariation: between(0.16, 0.3),
        fibrillationMillivolts: between(0.015, 0.1),
      };
    case "O":
      return drawOtherRhythm(random);
    case "~":
      // Some noisy records have a heart in them that nobody can read.
      return random.next() < 0.5 ? { rhythm: "noise" } : { rhythm: "sinus", rateBpm: between(52, 100) };
  }
}

/** Draws another rhythm: ectopic beats in half of the cases, else a slow or fast one. */
function drawOtherRhythm(random: SeededRandom): RhythmChoice {
  const between = (low: number, high: number) => low + (high - low) * random.next();
  const kind = random.next();
  if (kind < 0.5) {
    return {
      rhythm: "ectopic",
      rateBpm: between(52, 100),
      rrVariation: between(0.02, 0.08),
      ectopicFraction: between(0.12, 0.4),
    };
  }
  return kind < 0.75
    ? { rhythm: "bradycardia", rateBpm: between(34, 48), rrVariation: between(0.02, 0.08) }
    : { rhythm: "tachycardia", rateBpm: between(125, 210) };
}

function drawNoise(random: SeededRandom): NoiseLevels {
  // Squares and cubes make most records clean and a few bad.
  const draw = (largest: number, power: number) => largest * random.next() ** power;
  return {
    baselineMillivolts: draw(0.3, 2),
    mainsMillivolts: draw(0.05, 2),
    mainsHz: random.next() < 0.5 ? 50 : 60,
    muscleMillivolts: draw(0.06, 2),
    motionMillivolts: draw(0.25, 3),
  };
}

function drawHeavyNoise(random: SeededRandom): NoiseLevels {
  const share = 0.6 + 0.8 * random.next();
  return {
    baselineMillivolts: HEAVY_NOISE.baselineMillivolts * share,
    mainsMillivolts: HEAVY_NOISE.mainsMillivolts * random.next(),
    mainsHz: random.next() < 0.5 ? 50 : 60,
    muscleMillivolts: HEAVY_NOISE.muscleMillivolts * share,
    motionMillivolts: HEAVY_NOISE.motionMillivolts * share,
  };
}
