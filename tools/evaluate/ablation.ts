import { crossFitted } from "./calibration/cross-fit.ts";
import { meanCrossEntropy } from "./calibration/mean-cross-entropy.ts";
import { accuracy, confusionMatrix } from "./confusion.ts";
import type { FoldRun } from "./cross-validation.ts";
import { selectionF1 } from "./f1.ts";
import type { RandomSource } from "./intervals/bootstrap.ts";
import { pairedGain, type SeedPredictions } from "./intervals/paired-bootstrap.ts";
import type { Interval } from "./intervals/wilson.ts";
import { decisionsOf, type LabelledLogits } from "./labelled-logits.ts";
import { mean } from "./mean.ts";

/** A recipe's figures on the validation records of all its folds, pooled; means over its seeds. */
export interface RecipeFigures {
  /** The number of different records. */
  readonly records: number;
  readonly accuracy: number;
  /** F1 with the bias as trained. */
  readonly f1: number;
  /** F1 with the bias calibrated on the other half of each fold's validation records (`crossFitted`). */
  readonly f1CrossFitted: number;
  /** Cross-entropy in nats with the bias as trained; it moves before F1 does. */
  readonly crossEntropy: number;
}

export interface RecipeGain {
  readonly f1: { readonly gain: number; readonly ci95: Interval };
  readonly f1CrossFitted: { readonly gain: number; readonly ci95: Interval };
}

/** The decisions of a recipe's networks on the validation records, fold after fold. */
export interface RecipeDecisions {
  readonly figures: RecipeFigures;
  readonly classes: readonly string[];
  readonly names: readonly string[];
  readonly truths: readonly number[];
  readonly asTrained: SeedPredictions;
  readonly crossFitted: SeedPredictions;
}

/**
 * Decides the validation records of all folds by every seed's networks; test records are not used.
 * @param runs every seed on the same folds
 */
export function decideAblation(runs: readonly FoldRun[]): RecipeDecisions {
  const { classes } = runs[0];
  const seeds = [...new Set(runs.map(({ seed }) => seed))];
  const ofSeed = (seed: number) =>
    runs
      .filter((run) => run.seed === seed)
      .sort((a, b) => a.fold - b.fold)
      .map(withoutOffsets);
  const pools = seeds.map(ofSeed);
  const pooled = pools.map((folds) => folds.flat());
  const { truths } = decisionsOf(pooled[0], classes);
  const asTrained = pooled.map((records) => decisionsOf(records, classes).predictions);
  const fitted = pools.map((folds) => folds.flatMap((records) => crossFitted(records, classes)));
  const confusions = (predictions: SeedPredictions) =>
    predictions.map((seed) => confusionMatrix(truths, seed, classes.length));
  return {
    figures: {
      records: truths.length,
      accuracy: mean(confusions(asTrained).map(accuracy)),
      f1: mean(confusions(asTrained).map((confusion) => selectionF1(confusion, classes))),
      f1CrossFitted: mean(confusions(fitted).map((confusion) => selectionF1(confusion, classes))),
      crossEntropy: mean(
        pooled.map((records) =>
          meanCrossEntropy(
            records.map(({ logits }) => logits),
            truths,
          ),
        ),
      ),
    },
    classes,
    names: pooled[0].map(({ name }) => name),
    truths,
    asTrained,
    crossFitted: fitted,
  };
}

/** Computes the gain of a change of recipe over the base. Throws RangeError where they decided different records. */
export function recipeGain(base: RecipeDecisions, changed: RecipeDecisions, random: () => RandomSource): RecipeGain {
  const { classes, truths } = base;
  if (base.names.join() !== changed.names.join()) throw new RangeError("the recipes decided different records");
  const gain = (kind: "asTrained" | "crossFitted") =>
    pairedGain(truths, base[kind], changed[kind], classes.length, (c) => selectionF1(c, classes), random());
  return { f1: gain("asTrained"), f1CrossFitted: gain("crossFitted") };
}

function withoutOffsets({ validation, offsets }: FoldRun): LabelledLogits[] {
  return validation.map((record) => ({
    ...record,
    logits: record.logits.map((logit, index) => logit - offsets[index]),
  }));
}
