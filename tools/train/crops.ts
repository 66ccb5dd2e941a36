import type { SeededRandom } from "../data/random.ts";
import type { ConditionedRecord } from "../data/record.ts";
import { INPUT_MILLIVOLTS_PER_COUNT } from "../graph/model.ts";

/** Samples of a training crop where the graph names no window: 10.24 s at 500 Hz, as the paper's. */
export const CROP_SAMPLES = 5120;

export interface Augmentation {
  /** Standard deviation of the natural logarithm of the gain: electrodes and skins differ. */
  readonly gainDeviation: number;
  /** Chance that a crop is turned upside down: the leads were on the wrong arms. */
  readonly flipChance: number;
}

/**
 * Writes one random crop in millivolts to `target`; a shorter record stands at the start and zeros follow it.
 * @param target Float32Array[samples]
 */
export function writeCrop(
  target: Float32Array,
  record: ConditionedRecord,
  augmentation: Augmentation,
  random: SeededRandom,
): void {
  const { samples } = record;
  const spare = Math.max(0, samples.length - target.length);
  const start = random.integer(spare + 1);
  const sign = random.next() < augmentation.flipChance ? -1 : 1;
  const gain = sign * Math.exp(augmentation.gainDeviation * random.normal()) * INPUT_MILLIVOLTS_PER_COUNT;
  const length = Math.min(samples.length, target.length);
  for (let i = 0; i < length; i++) target[i] = gain * samples[start + i];
  target.fill(0, length);
}
