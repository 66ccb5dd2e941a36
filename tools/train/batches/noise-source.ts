import { join } from "node:path";
import { FrontEnd } from "qhubert-engine";
import { conditionRecord } from "../../data/condition.ts";
import { openRecord } from "../../data/open-record.ts";
import { addNoise, type NoiseLevels } from "../../data/synth/noise.ts";
import { SeededRandom } from "../../random/random.ts";
import type { TrainOptions } from "../recipe/options.ts";
import type { NoiseSignals } from "./noise.ts";

/**
 * The records of the MIT-BIH Noise Stress Test Database (Moody et al. 1984) with baseline wander and muscle artefacts.
 */
const NOISE_RECORDS = ["bw", "ma"];

/**
 * The noise that a recipe adds to crops: recorded, from the folder that `source` names, or synthetic; undefined for a recipe
 * without noise. Throws DataError.
 */
export async function noiseOf(
  source: string | undefined,
  { seed, augmentation }: TrainOptions,
): Promise<NoiseSignals | undefined> {
  if (augmentation.noiseChance === 0) return undefined;
  return source === undefined || source === "synthetic" ? syntheticNoise(seed) : recordedNoise(source);
}

/** Every channel of the noise records of a folder, through the engine's front end. Throws DataError. */
export async function recordedNoise(folder: string): Promise<NoiseSignals> {
  const frontEnd = await FrontEnd.create();
  const signals = NOISE_RECORDS.flatMap((name) => {
    const record = openRecord(join(folder, name));
    return record.leads.map((_, index) => conditionRecord(frontEnd, record, String(index)));
  });
  return { description: `${NOISE_RECORDS.join(" and ")} of nstdb`, signals };
}

const SYNTHETIC_SECONDS = 300;
const SAMPLE_RATE_HZ = 500;
const SILENT: NoiseLevels = {
  baselineMillivolts: 0,
  mainsMillivolts: 0,
  mainsHz: 50,
  muscleMillivolts: 0,
  motionMillivolts: 0,
};
/** The levels set the shape alone: a crop's noise is scaled to its ratio. */
const SYNTHETIC: readonly Partial<NoiseLevels>[] = [
  { baselineMillivolts: 0.5, motionMillivolts: 0.5 },
  { muscleMillivolts: 0.5 },
];

/** The same two kinds where no records are at hand: drift with electrode movement, and muscle noise. */
export async function syntheticNoise(seed: number): Promise<NoiseSignals> {
  const frontEnd = await FrontEnd.create();
  const signals = SYNTHETIC.map((levels, index) => {
    const millivolts = new Float64Array(SYNTHETIC_SECONDS * SAMPLE_RATE_HZ);
    const random = new SeededRandom(seed).fork(`noise ${index}`);
    addNoise(millivolts, SAMPLE_RATE_HZ, { ...SILENT, ...levels }, random);
    const microvolts = Int32Array.from(millivolts, (value) => Math.round(1000 * value));
    return frontEnd.condition(microvolts, { sampleRateHz: SAMPLE_RATE_HZ, millivoltsPerCount: 0.001 }).samples;
  });
  return { description: "synthetic drift, movement and muscle noise", signals };
}
