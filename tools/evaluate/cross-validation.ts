import type { RandomSource } from "./intervals/bootstrap.ts";
import type { Interval } from "./intervals/wilson.ts";
import { decisionsOf, type LabelledLogits, meanLogits } from "./labelled-logits.ts";
import { mean } from "./mean.ts";
import { scoreRhythms } from "./score.ts";

/** One training of a cross-validation: a seed, a fold, and the model's logits on records that it was not trained on. */
export interface FoldRun {
  readonly seed: number;
  /** The fold's number, from 1. */
  readonly fold: number;
  readonly classes: readonly string[];
  /** The offsets that calibration added to the logits, by class. */
  readonly offsets: readonly number[];
  /** Validation records, by which epoch and offsets were chosen. */
  readonly validation: readonly LabelledLogits[];
  /** Test records, by which nothing was chosen. */
  readonly test: readonly LabelledLogits[];
}

/** Accuracy with Wilson's interval and F1 (`selectionF1`) with the percentile bootstrap's over records, both 95 %. */
export interface Figures {
  readonly records: number;
  readonly accuracy: number;
  readonly accuracyCi95: Interval;
  readonly f1: number;
  readonly f1Ci95: Interval;
}

/** Figures with calibrated bias, and with the bias as trained. */
export interface BothFigures {
  readonly calibrated: Figures;
  readonly uncalibrated: Figures;
}

/** Means over folds or medians over seeds; they have no records of their own, hence no interval. */
export interface PlainFigures {
  readonly accuracy: number;
  readonly f1: number;
  readonly f1Uncalibrated: number;
}

export interface SeedResult {
  readonly seed: number;
  /** The mean of the folds' test figures. */
  readonly mean: PlainFigures;
  /** Figures of all folds' test records as one set. */
  readonly pooled: BothFigures;
}

export interface CrossValidation {
  readonly runs: readonly { seed: number; fold: number; validation: BothFigures; test: BothFigures }[];
  readonly seeds: readonly SeedResult[];
  /** Median over the seeds of the means over folds. */
  readonly median: PlainFigures;
  /** Figures of the mean logits of all seeds, fold by fold; null where there is one seed. */
  readonly ensemble: Omit<SeedResult, "seed"> | null;
}

/**
 * Scores runs of the same folds. Throws RangeError where a seed lacks a fold that another has.
 * @param random makes a new generator with the same draws at each call
 */
export function crossValidationOf(runs: readonly FoldRun[], random: () => RandomSource): CrossValidation {
  const seeds = distinct(runs.map(({ seed }) => seed));
  const folds = distinct(runs.map(({ fold }) => fold));
  const runOf = (seed: number, fold: number): FoldRun => {
    const run = runs.find((candidate) => candidate.seed === seed && candidate.fold === fold);
    if (!run) throw new RangeError(`seed ${seed} lacks fold ${fold}`);
    return run;
  };
  const results = seeds.map((seed) => ({
    seed,
    ...overFolds(
      folds.map((fold) => runOf(seed, fold)),
      random,
    ),
  }));
  return {
    runs: runs.map((run) => ({
      seed: run.seed,
      fold: run.fold,
      validation: bothFigures([run], "validation", random),
      test: bothFigures([run], "test", random),
    })),
    seeds: results,
    median: combined(
      results.map(({ mean }) => mean),
      median,
    ),
    ensemble:
      seeds.length < 2
        ? null
        : overFolds(
            folds.map((fold) => together(seeds.map((s) => runOf(s, fold)))),
            random,
          ),
  };
}

function overFolds(runs: readonly FoldRun[], random: () => RandomSource): Omit<SeedResult, "seed"> {
  const each = runs.map((run) => bothFigures([run], "test", random));
  const plain = each.map(({ calibrated, uncalibrated }) => ({
    accuracy: calibrated.accuracy,
    f1: calibrated.f1,
    f1Uncalibrated: uncalibrated.f1,
  }));
  return { mean: combined(plain, mean), pooled: bothFigures(runs, "test", random) };
}

/** Joins several runs of the same fold into one, whose logits and offsets are their means. */
function together(runs: readonly FoldRun[]): FoldRun {
  return {
    ...runs[0],
    offsets: runs[0].offsets.map((_, index) => mean(runs.map(({ offsets }) => offsets[index]))),
    validation: meanLogits(runs.map(({ validation }) => validation)),
    test: meanLogits(runs.map(({ test }) => test)),
  };
}

/** Scores a share of several runs as one set of records. */
function bothFigures(runs: readonly FoldRun[], share: "validation" | "test", random: () => RandomSource): BothFigures {
  const figures = (offsetsOf: (run: FoldRun) => number[] | undefined): Figures => {
    const { classes } = runs[0];
    const decided = runs.map((run) => decisionsOf(run[share], classes, offsetsOf(run)));
    const truths = decided.flatMap((run) => run.truths);
    const predictions = decided.flatMap((run) => run.predictions);
    const score = scoreRhythms(truths, predictions, classes, random());
    return {
      records: score.records,
      accuracy: score.accuracy,
      accuracyCi95: score.accuracyInterval,
      f1: score.f1Macro,
      f1Ci95: score.f1MacroInterval,
    };
  };
  return {
    calibrated: figures(() => undefined),
    uncalibrated: figures(({ offsets }) => offsets.map((offset) => -offset)),
  };
}

function combined(figures: readonly PlainFigures[], combine: (values: number[]) => number): PlainFigures {
  return {
    accuracy: combine(figures.map(({ accuracy }) => accuracy)),
    f1: combine(figures.map(({ f1 }) => f1)),
    f1Uncalibrated: combine(figures.map(({ f1Uncalibrated }) => f1Uncalibrated)),
  };
}

function distinct(values: readonly number[]): number[] {
  return [...new Set(values)].sort((a, b) => a - b);
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return (sorted[Math.floor((sorted.length - 1) / 2)] + sorted[Math.ceil((sorted.length - 1) / 2)]) / 2;
}
