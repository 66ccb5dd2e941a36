import type { NoiseSignals } from "../../train/batches/noise.ts";
import { recordedNoise, syntheticNoise } from "../../train/batches/noise-source.ts";
import type { TrainOptions } from "../../train/recipe/options.ts";

/** The noise that a recipe adds to crops, from where `--noise` says, or synthetic; none for a recipe without. */
export async function noiseOf(source: string | undefined, recipe: TrainOptions): Promise<NoiseSignals | undefined> {
  if (recipe.augmentation.noiseChance === 0) return undefined;
  return source === undefined || source === "synthetic" ? syntheticNoise(recipe.seed) : recordedNoise(source);
}
