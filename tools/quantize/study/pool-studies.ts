import { accuracy, type Confusion, confusionMatrix } from "../../evaluate/confusion.ts";
import { selectionF1 } from "../../evaluate/f1.ts";
import { percentileInterval, type RandomSource } from "../../evaluate/intervals/bootstrap.ts";
import { mcnemar } from "../../evaluate/intervals/mcnemar.ts";
import { pairedResamples } from "../../evaluate/intervals/paired-resamples.ts";
import { mean } from "../../evaluate/mean.ts";
import { scoreRhythms } from "../../evaluate/score.ts";
import type { PooledMethod, PooledStudy, RobustGain } from "./pooled-study.ts";
import type { Study, StudyMethod } from "./study.ts";

/** A method in all folds, [folds][mixes]; only random mixes have more than one. */
interface Group {
  readonly label: string;
  readonly folds: readonly (readonly StudyMethod[])[];
}

/** A method with its records of all folds as one set. */
interface Pooled extends Group {
  /** [mixes][records] */
  readonly decisions: readonly (readonly number[])[];
  /** Means of the mixes. */
  readonly accuracy: number;
  readonly f1: number;
  /** F1 of each bootstrap draw, the mean of the mixes. */
  readonly resampled: Float64Array;
}

/**
 * Pools the reported records of studies on different folds into one set; a method that a fold lacks is left out.
 * @param model name of the models' files, for people
 * @param random makes a new generator, the same each time
 */
export function poolStudies(model: string, studies: readonly Study[], random: () => RandomSource): PooledStudy {
  const [{ data, quantization, classes }] = studies;
  const truths = studies.flatMap((study) => classIndices(study.truths));
  const float = studies.flatMap((study) => classIndices(study.floatDecisions));
  const groups = groupsOf(studies).map((group) => ({ ...group, decisions: decisionsOf(group) }));
  const f1Of = (confusion: Confusion) => selectionF1(confusion, classes);
  const all = groups.flatMap(({ decisions }) => decisions);
  const figures = [...pairedResamples(truths, all, classes.length, f1Of, random())];
  const pooled = groups.map((group): Pooled => {
    const own = figures.splice(0, group.decisions.length);
    const resampled = own[0].map((_, draw) => mean(own.map((mix) => mix[draw])));
    const confusions = group.decisions.map((mix) => confusionMatrix(truths, mix, classes.length));
    return { ...group, accuracy: mean(confusions.map(accuracy)), f1: mean(confusions.map(f1Of)), resampled };
  });
  return {
    kind: "pooled-study",
    model,
    folds: studies.length,
    data: { ...data, records: truths.length },
    quantization,
    classes,
    float: scoreRhythms(truths, float, classes, random()),
    methods: pooled.map((group) => ({
      ...summaryOf(group),
      p: group.decisions.length > 1 ? null : mcnemar(truths, float, group.decisions[0]).p,
      robust: robustGain(group, pooled),
    })),
  };
}

/** Groups the methods of all studies, in the order of the first study. */
function groupsOf(studies: readonly Study[]): readonly Group[] {
  const titleOf = ({ label }: StudyMethod) => label.replace(/^random mix \d+/, "random mixes");
  return [...new Set(studies[0].methods.map(titleOf))]
    .map((label) => ({ label, folds: studies.map(({ methods }) => methods.filter((one) => titleOf(one) === label)) }))
    .filter(({ folds }) => folds.every(({ length }) => length === folds[0].length));
}

function decisionsOf({ folds }: Group): number[][] {
  return folds[0].map((_, mix) => folds.flatMap((methods) => classIndices(methods[mix].decisions)));
}

function summaryOf({ label, folds, decisions, accuracy, f1, resampled }: Pooled): Omit<PooledMethod, "p" | "robust"> {
  const all = folds.flat();
  const average = (value: (method: StudyMethod) => number) => mean(all.map(value));
  const total = (value: (method: StudyMethod) => number) => folds.length * average(value);
  return {
    name: all[0].name,
    label,
    size: all[0].size,
    mixes: decisions.length,
    meanBits: average(({ meanBits }) => meanBits),
    fileBytes: average(({ fileBytes }) => fileBytes),
    paperRatio: average(({ ratios }) => ratios.paper),
    fileRatio: average(({ ratios }) => ratios.file),
    evaluations: total(({ evaluations }) => evaluations),
    accuracy,
    f1,
    f1Interval: percentileInterval(resampled),
    lost: total(({ test }) => test.mcnemar.lost),
    gained: total(({ test }) => test.mcnemar.gained),
    changed: total(({ test }) => test.mcnemar.changed),
  };
}

/** Compares a method with the robust result of the same bytes, draw by draw. */
function robustGain(group: Pooled, pooled: readonly Pooled[]): RobustGain | null {
  const sizeOf = ({ label, folds }: Pooled) => folds[0][0].size ?? label;
  const robust = pooled.find((other) => other.folds[0][0].name === "robust-laq" && sizeOf(other) === sizeOf(group));
  if (robust === undefined || robust === group) return null;
  const foldF1 = (methods: readonly StudyMethod[]) => mean(methods.map(({ test }) => test.compressed.f1Macro));
  const gains = robust.folds.map((methods, fold) => foldF1(methods) - foldF1(group.folds[fold]));
  return {
    f1: robust.f1 - group.f1,
    f1Interval: percentileInterval(robust.resampled.map((f1, draw) => f1 - group.resampled[draw])),
    accuracy: robust.accuracy - group.accuracy,
    foldsAbove: gains.filter((gain) => gain > 0).length,
    foldsBelow: gains.filter((gain) => gain < 0).length,
  };
}

function classIndices(text: string): number[] {
  return text.split(" ").map(Number);
}
