import type { ConditionedRecord } from "../data/record.ts";
import type { SeededRandom } from "../random/random.ts";
import { type Augmentation, NO_AUGMENTATION, writeCrop } from "../train/batches/crops.ts";

/** How crops differ from their records. */
export type Variation = Pick<Augmentation, "gainDeviation" | "flipChance" | "stretch">;

export interface CropSource {
  readonly records: readonly ConditionedRecord[];
  readonly cropSamples: number;
  readonly variation: Variation;
}

/** Crops twice, [size][samples] in millivolts. */
export interface CropPair {
  /** As recorded, but for their pace: what clusters are told from. */
  readonly clean: Float32Array;
  /** With another gain, or upside down: what the network hears. */
  readonly heard: Float32Array;
}

/** A random crop of each record chosen. A record that is shorter begins again: silence is no ECG to learn from. */
export function drawCrops(source: CropSource, chosen: readonly number[], random: SeededRandom): CropPair {
  const { records, cropSamples, variation } = source;
  const clean = new Float32Array(chosen.length * cropSamples);
  const pace = { ...NO_AUGMENTATION, stretch: variation.stretch };
  chosen.forEach((index, row) => {
    const crop = clean.subarray(row * cropSamples, (row + 1) * cropSamples);
    writeCrop(crop, records[index], "repeat", pace, null, random);
  });
  const heard = clean.slice();
  for (let row = 0; row < chosen.length; row++) {
    vary(heard.subarray(row * cropSamples, (row + 1) * cropSamples), variation, random);
  }
  return { clean, heard };
}

function vary(crop: Float32Array, { flipChance, gainDeviation }: Variation, random: SeededRandom): void {
  const sign = random.next() < flipChance ? -1 : 1;
  const gain = sign * Math.exp(gainDeviation * random.normal());
  for (let i = 0; i < crop.length; i++) crop[i] *= gain;
}
