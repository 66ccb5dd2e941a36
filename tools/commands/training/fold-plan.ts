import { basename, join, resolve } from "node:path";
import type { FoldRun } from "../../evaluate/cross-validation.ts";
import { readLogits } from "../../evaluate/logits-file.ts";
import { claimFolder } from "../../files/claim-folder.ts";
import type { TrainOptions } from "../../train/recipe/options.ts";
import type { ChildTraining } from "./child-training.ts";

/** The folds are the same for every seed, so that their models can be averaged, and teach. */
export const SPLIT_SEED = 1;

/** The trainings of one recipe on some folds and seeds, all in one folder. */
export interface FoldPlan {
  readonly folder: string;
  readonly model: string;
  readonly data: string;
  /** How many folds there are. */
  readonly of: number;
  /** The folds that are trained, from 1. */
  readonly folds: readonly number[];
  readonly seeds: readonly number[];
  /** Further options of `train`; "{fold}" and "{seed}" in them stand for the training's own. */
  readonly words: readonly string[];
  /** The recipe that these options come to, without the seed. */
  readonly recipe: TrainOptions;
  readonly places: { readonly lead?: string; readonly cache?: string };
}

/** One training of a plan. */
export interface FoldTraining extends ChildTraining {
  readonly seed: number;
  readonly fold: number;
  readonly logits: string;
}

/** Seed by seed. */
export function trainingsOf(plan: FoldPlan): FoldTraining[] {
  const { folder, model, data, of, folds, seeds, words, places } = plan;
  const { lead, cache } = places;
  const placed = [...(lead ? ["--lead", lead] : []), ...(cache ? ["--cache", cache] : [])];
  return seeds.flatMap((seed) =>
    folds.map((fold) => {
      const name = join(folder, `seed${seed}-fold${fold}`);
      const own = words.map((word) => word.replaceAll("{fold}", String(fold)).replaceAll("{seed}", String(seed)));
      const logits = `${name}.logits.json`;
      const where = ["--fold", `${fold}/${of}`, "--split-seed", String(SPLIT_SEED), "--seed", String(seed)];
      return {
        title: `seed ${seed}, fold ${fold}`,
        seed,
        fold,
        out: `${name}.safetensors`,
        logits,
        args: ["--model", model, "--data", data, ...where, "--logits", logits, ...own, ...placed],
      };
    }),
  );
}

/** Makes the folder the plan's own. Throws DataError where it holds trainings of another recipe; folds and seeds may be added. */
export function claimForPlan({ folder, model, data, of, words, recipe, places }: FoldPlan): void {
  const { lead } = places;
  claimFolder(folder, { model, data: basename(resolve(data)), folds: of, words, lead, recipe }, "trainings");
}

/** Reads the decisions of a plan's finished trainings. */
export function readRuns(trainings: readonly FoldTraining[]): FoldRun[] {
  return trainings.map(({ seed, fold, logits }) => ({ seed, fold, ...readLogits(logits) }));
}
