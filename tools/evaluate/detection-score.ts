import { auroc } from "./auroc.ts";
import type { RandomSource } from "./intervals/bootstrap.ts";
import { type Interval, wilsonInterval } from "./intervals/wilson.ts";

/** One judged item of a yes-or-no question. */
export interface DetectionOutcome {
  /** The item's patient or record; items of one source are not independent. */
  readonly source: string;
  readonly truth: boolean;
  readonly answer: boolean;
  /** Score of the answer yes: the greater, the more likely. */
  readonly score: number;
}

/** A figure, null where it is not defined: a sensitivity needs positives. */
export interface DetectionFigure {
  readonly value: number | null;
  /** Interval of 95 %; null without a value, and where all draws of the bootstrap agree. */
  readonly ci95: Interval | null;
}

/** A share of a count, with the count. */
export interface DetectionShare extends DetectionFigure {
  readonly hits: number;
  readonly of: number;
}

export interface DetectionScore {
  readonly items: number;
  readonly sources: number;
  readonly positives: number;
  readonly sensitivity: DetectionShare;
  readonly specificity: DetectionShare;
  /** Positive predictive value, which depends on the data set's share of positives. */
  readonly ppv: DetectionShare;
  readonly f1: DetectionFigure;
  /** The AUROC of `score`, whatever was answered. */
  readonly auroc: DetectionFigure;
}

/** Counts of hits, false alarms, misses and correct rejections. */
type Counts = readonly [truePositive: number, falsePositive: number, falseNegative: number, trueNegative: number];

const RESAMPLES = 2000;

/**
 * Scores a yes-or-no question. Intervals are percentile bootstraps over sources, 2,000 draws with replacement, but
 * Wilson's for a share where each source has one item.
 *
 * @throws RangeError without outcomes
 */
export function scoreDetection(outcomes: readonly DetectionOutcome[], random: RandomSource): DetectionScore {
  if (outcomes.length === 0) throw new RangeError("a score needs one outcome or more");
  const sorted = [...outcomes].sort((a, b) => a.score - b.score);
  const places = new Map([...new Set(sorted.map(({ source }) => source))].sort().map((source, i) => [source, i]));
  const sourceOf = sorted.map(({ source }) => places.get(source) as number);
  const draws = Array.from({ length: RESAMPLES }, () => {
    const times = new Uint32Array(places.size);
    for (let i = 0; i < places.size; i++) times[random.integer(places.size)]++;
    const weight = (index: number) => times[sourceOf[index]];
    return { counts: countOutcomes(sorted, weight), area: auroc(sorted, weight) };
  });
  const counts = countOutcomes(sorted, () => 1);

  const isIndependent = places.size === outcomes.length;
  const share = (parts: (counts: Counts) => readonly [hits: number, of: number]): DetectionShare => {
    const [hits, of] = parts(counts);
    const drawn = draws.map((draw) => parts(draw.counts)).map(([h, n]) => h / n);
    const figure = figureOf(hits / of, drawn);
    return { hits, of, ...figure, ...(isIndependent && of > 0 ? { ci95: wilsonInterval(hits, of) } : {}) };
  };
  return {
    items: outcomes.length,
    sources: places.size,
    positives: counts[0] + counts[2],
    sensitivity: share(([tp, , fn]) => [tp, tp + fn]),
    specificity: share(([, fp, , tn]) => [tn, tn + fp]),
    ppv: share(([tp, fp]) => [tp, tp + fp]),
    f1: figureOf(
      f1(counts),
      draws.map((draw) => f1(draw.counts)),
    ),
    auroc: figureOf(
      auroc(sorted),
      draws.map((draw) => draw.area),
    ),
  };
}

function f1([truePositive, falsePositive, falseNegative]: Counts): number {
  return (2 * truePositive) / (2 * truePositive + falsePositive + falseNegative);
}

function countOutcomes(outcomes: readonly DetectionOutcome[], weight: (index: number) => number): Counts {
  const counts: [number, number, number, number] = [0, 0, 0, 0];
  outcomes.forEach(({ truth, answer }, i) => {
    counts[answer ? (truth ? 0 : 1) : truth ? 2 : 3] += weight(i);
  });
  return counts;
}

/** Makes a figure with its interval; draws in which the figure is not defined are left out. */
function figureOf(value: number, draws: readonly number[]): DetectionFigure {
  if (Number.isNaN(value)) return { value: null, ci95: null };
  const sorted = draws.filter((draw) => !Number.isNaN(draw)).sort((a, b) => a - b);
  const low = sorted[Math.floor(0.025 * (sorted.length - 1))];
  const high = sorted[Math.ceil(0.975 * (sorted.length - 1))];
  return { value, ci95: low === high ? null : [low, high] };
}
