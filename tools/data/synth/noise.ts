import type { SeededRandom } from "../../random/random.ts";

/** The noise that electrode and surroundings add, in millivolts. */
export interface NoiseLevels {
  /** Root mean square of the slow drift, 0.05 to 0.4 Hz. */
  readonly baselineMillivolts: number;
  /** Amplitude of the mains hum. */
  readonly mainsMillivolts: number;
  readonly mainsHz: number;
  /** Root mean square of the muscle noise, above 20 Hz, in bursts. */
  readonly muscleMillivolts: number;
  /** Standard deviation of the jumps when an electrode moves; it trembles with half of it. */
  readonly motionMillivolts: number;
}

/** Noise of a resting subject with good electrodes. */
export const QUIET_NOISE: NoiseLevels = {
  baselineMillivolts: 0.05,
  mainsMillivolts: 0.005,
  mainsHz: 50,
  muscleMillivolts: 0.008,
  motionMillivolts: 0,
};

/** Noise in which no ECG can be read. */
export const HEAVY_NOISE: NoiseLevels = {
  baselineMillivolts: 0.5,
  mainsMillivolts: 0.1,
  mainsHz: 50,
  muscleMillivolts: 0.3,
  motionMillivolts: 0.9,
};

/** Mean movements of an electrode per second. */
const MOVEMENTS_PER_SECOND = 0.5;
const MUSCLE_FROM_HZ = 20;
const TREMOR_TO_HZ = 4;

/** Adds noise of those levels to `millivolts`, in place. */
export function addNoise(
  millivolts: Float64Array,
  sampleRateHz: number,
  levels: NoiseLevels,
  random: SeededRandom,
): void {
  addBaseline(millivolts, sampleRateHz, levels.baselineMillivolts, random.fork("baseline"));
  addMains(millivolts, sampleRateHz, levels, random.fork("mains"));
  addMuscle(millivolts, sampleRateHz, levels.muscleMillivolts, random.fork("muscle"));
  addMotion(millivolts, sampleRateHz, levels.motionMillivolts, random.fork("motion"));
}

function addBaseline(millivolts: Float64Array, sampleRateHz: number, rms: number, random: SeededRandom): void {
  const lines = 5;
  for (let line = 0; line < lines; line++) {
    const radiansPerSample = (2 * Math.PI * (0.05 + 0.35 * random.next())) / sampleRateHz;
    const phase = 2 * Math.PI * random.next();
    const amplitude = rms * Math.sqrt(2 / lines);
    for (let i = 0; i < millivolts.length; i++) millivolts[i] += amplitude * Math.sin(radiansPerSample * i + phase);
  }
}

function addMains(millivolts: Float64Array, sampleRateHz: number, levels: NoiseLevels, random: SeededRandom): void {
  const radiansPerSample = (2 * Math.PI * levels.mainsHz) / sampleRateHz;
  const swayPerSample = (2 * Math.PI * (0.05 + 0.2 * random.next())) / sampleRateHz;
  const phase = 2 * Math.PI * random.next();
  for (let i = 0; i < millivolts.length; i++) {
    const amplitude = levels.mainsMillivolts * (1 + 0.3 * Math.sin(swayPerSample * i));
    millivolts[i] += amplitude * Math.sin(radiansPerSample * i + phase);
  }
}

/** Adds white noise through a first-order high-pass, whose strength sways by half its mean. */
function addMuscle(millivolts: Float64Array, sampleRateHz: number, rms: number, random: SeededRandom): void {
  const decay = Math.exp((-2 * Math.PI * MUSCLE_FROM_HZ) / sampleRateHz);
  const burstsPerSample = (2 * Math.PI * (0.1 + 0.4 * random.next())) / sampleRateHz;
  const noise = new Float64Array(millivolts.length);
  let low = 0;
  let power = 0;
  for (let i = 0; i < noise.length; i++) {
    const white = random.normal();
    low = decay * low + (1 - decay) * white;
    noise[i] = (white - low) * (1 + 0.5 * Math.sin(burstsPerSample * i));
    power += noise[i] ** 2;
  }
  const scale = power > 0 ? rms * Math.sqrt(noise.length / power) : 0;
  for (let i = 0; i < noise.length; i++) millivolts[i] += scale * noise[i];
}

/**
 * Adds the electrode's motion. At random moments the level jumps and creeps back within a tenth of a second to a
 * second; meanwhile the electrode trembles below 4 Hz, where P and T waves lie, with half that deviation.
 */
function addMotion(millivolts: Float64Array, sampleRateHz: number, deviation: number, random: SeededRandom): void {
  const tremorDecay = Math.exp((-2 * Math.PI * TREMOR_TO_HZ) / sampleRateHz);
  const tremorKick = 0.5 * deviation * Math.sqrt(1 - tremorDecay ** 2);
  let tremor = 0;
  let offset = 0;
  let decay = 1;
  for (let i = 0; i < millivolts.length; i++) {
    if (random.next() < MOVEMENTS_PER_SECOND / sampleRateHz) {
      offset += deviation * random.normal();
      decay = Math.exp(-1 / ((0.1 + 0.9 * random.next()) * sampleRateHz));
    }
    offset *= decay;
    tremor = tremorDecay * tremor + tremorKick * random.normal();
    millivolts[i] += offset + tremor;
  }
}
