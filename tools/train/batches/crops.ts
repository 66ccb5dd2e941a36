import type { ConditionedRecord } from "../../data/record.ts";
import { INPUT_MILLIVOLTS_PER_COUNT } from "../../graph/model.ts";
import type { SeededRandom } from "../../random/random.ts";
import { mixNoise, type NoiseSignals } from "./noise.ts";

/** Samples of a training crop where nothing says otherwise: 10.24 s at 500 Hz, as the paper's. */
export const CROP_SAMPLES = 5120;

/** How a crop differs from the record that it is cut from. Zero turns each off. */
export interface Augmentation {
  /** Standard deviation of the natural logarithm of the gain: electrodes and skins differ. */
  readonly gainDeviation: number;
  /** Chance that a crop is turned upside down: the leads were on the wrong arms. */
  readonly flipChance: number;
  /** Time runs faster or slower by up to this share. */
  readonly stretch: number;
  /** Chance that noise is added. */
  readonly noiseChance: number;
  /** Signal power to noise power in decibels, drawn between these two. */
  readonly noiseDecibels: readonly [low: number, high: number];
  /** A stretch of up to this many samples is silenced. */
  readonly maskSamples: number;
}

export const NO_AUGMENTATION: Augmentation = {
  gainDeviation: 0,
  flipChance: 0,
  stretch: 0,
  noiseChance: 0,
  noiseDecibels: [6, 24],
  maskSamples: 0,
};

/** The samples that follow the end of a record that is shorter than its crop. */
export type ShortRecord =
  /** Silence, as inference has it: for networks with a window. */
  | "zeros"
  /**
   * The record again: for networks that stream. In training the whole crop is one decision, and an average over
   * padding would teach that silence speaks for the label. The seam costs one wrong interval between beats a repeat;
   * of CinC 2017's records 0.4 % are shorter than 10.24 s, 7 % than 20 s.
   */
  | "repeat";

/** The samples of the record that a crop shows, `from` up to but without `to`. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/**
 * Writes one random crop in millivolts to `target`.
 * @param target Float32Array[samples]
 * @param noise what `noiseChance` adds
 */
export function writeCrop(
  target: Float32Array,
  { samples }: Pick<ConditionedRecord, "samples">,
  shortRecord: ShortRecord,
  augmentation: Augmentation,
  noise: NoiseSignals | null,
  random: SeededRandom,
): Span {
  const pace = augmentation.stretch > 0 ? 1 + augmentation.stretch * (2 * random.next() - 1) : 1;
  const needed = Math.ceil(target.length * pace);
  const start = random.integer(Math.max(0, samples.length - needed) + 1);
  const sign = random.next() < augmentation.flipChance ? -1 : 1;
  const gain = sign * Math.exp(augmentation.gainDeviation * random.normal()) * INPUT_MILLIVOLTS_PER_COUNT;
  const repeats = shortRecord === "repeat" && samples.length > 0;
  const heard = repeats ? target.length : Math.min(target.length, Math.ceil(samples.length / pace));
  for (let i = 0; i < heard; i++) target[i] = gain * sampleAt(samples, start + i * pace);
  target.fill(0, heard);
  if (noise && random.next() < augmentation.noiseChance) {
    mixNoise(target.subarray(0, heard), noise, augmentation.noiseDecibels, random);
  }
  if (augmentation.maskSamples > 0) mask(target, augmentation.maskSamples, random);
  return { from: start, to: Math.min(samples.length, start + needed) };
}

/** Linear between two samples; past the end the record begins again. */
function sampleAt(samples: Int16Array, at: number): number {
  const whole = Math.floor(at);
  const before = samples[whole % samples.length];
  return at === whole ? before : before + (at - whole) * (samples[(whole + 1) % samples.length] - before);
}

function mask(target: Float32Array, mostSamples: number, random: SeededRandom): void {
  const length = random.integer(Math.min(mostSamples, target.length) + 1);
  const start = random.integer(target.length - length + 1);
  target.fill(0, start, start + length);
}
