import { type RandomSource, resampledInterval } from "../intervals/bootstrap.ts";
import type { Interval } from "../intervals/wilson.ts";
import type { BeatScore } from "./ec57.ts";

export interface BeatStatistics {
  readonly records: number;
  readonly matched: number;
  readonly missed: number;
  readonly extra: number;
  /** Sensitivity over all beats (EC57's gross statistics); null where there are none. */
  readonly sensitivity: number | null;
  readonly positivePredictivity: number | null;
  /** 95 % bootstrap intervals of the two, over records. */
  readonly sensitivityCi95: Interval | null;
  readonly positivePredictivityCi95: Interval | null;
  /** Mean sensitivity over records (EC57's average statistics). */
  readonly averageSensitivity: number | null;
  readonly averagePositivePredictivity: number | null;
  readonly missedInShutdown: number;
  readonly shutdownSeconds: number;
  readonly countedSeconds: number;
  /** Median time from the R peak to its report, over the matched beats. */
  readonly delayP50Ms: number | null;
  readonly delayP99Ms: number | null;
}

/** Computes the share of the reference beats that were found; null where there are none. */
export function sensitivityOf({ matched, missed }: Pick<BeatScore, "matched" | "missed">): number | null {
  return matched + missed > 0 ? matched / (matched + missed) : null;
}

/** Computes the share of the found beats that are beats; null where none were found. */
export function positivePredictivityOf({ matched, extra }: Pick<BeatScore, "matched" | "extra">): number | null {
  return matched + extra > 0 ? matched / (matched + extra) : null;
}

/** Computes gross and average statistics of several records. */
export function beatStatistics(scores: readonly BeatScore[], random: RandomSource): BeatStatistics {
  const gross = total(scores);
  const delays = Float64Array.from(scores.flatMap(({ delaysMs }) => delaysMs)).sort();
  const interval = (figure: typeof sensitivityOf | typeof positivePredictivityOf): Interval | null =>
    figure(gross) === null
      ? null
      : resampledInterval(scores.length, (drawn) => figure(total(drawn.map((i) => scores[i]))) ?? 0, random);
  return {
    records: scores.length,
    ...gross,
    sensitivity: sensitivityOf(gross),
    positivePredictivity: positivePredictivityOf(gross),
    sensitivityCi95: interval(sensitivityOf),
    positivePredictivityCi95: interval(positivePredictivityOf),
    averageSensitivity: mean(scores.map(sensitivityOf)),
    averagePositivePredictivity: mean(scores.map(positivePredictivityOf)),
    delayP50Ms: quantile(delays, 0.5),
    delayP99Ms: quantile(delays, 0.99),
  };
}

function total(scores: readonly BeatScore[]) {
  const sum = (pick: (score: BeatScore) => number) => scores.reduce((all, score) => all + pick(score), 0);
  return {
    matched: sum(({ matched }) => matched),
    missed: sum(({ missed }) => missed),
    extra: sum(({ extra }) => extra),
    missedInShutdown: sum(({ missedInShutdown }) => missedInShutdown),
    shutdownSeconds: sum(({ shutdownSeconds }) => shutdownSeconds),
    countedSeconds: sum(({ countedSeconds }) => countedSeconds),
  };
}

/** Averages a figure over the records that have it. */
function mean(figures: readonly (number | null)[]): number | null {
  const known = figures.filter((figure) => figure !== null);
  return known.length > 0 ? known.reduce((sum, figure) => sum + figure, 0) / known.length : null;
}

/** Returns the smallest value that at least this share of the sorted values do not exceed. */
function quantile(sorted: Float64Array, share: number): number | null {
  return sorted.length > 0 ? sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] : null;
}
