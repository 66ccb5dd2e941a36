import type { TimeNs } from "./event-queue.ts";

/** A beat on the simulated clock. */
export interface TimedBeat {
  /** 500 Hz sample of the R peak. */
  readonly sample: number;
  readonly peakNs: TimeNs;
  /** End of the task that found the beat. */
  readonly detectedNs: TimeNs;
}

/** A decision on the simulated clock. */
export interface TimedDecision {
  /** 500 Hz sample that the decision covers up to, exclusive. */
  readonly sample: number;
  readonly label: string;
  /** End of the task that made the decision. */
  readonly doneNs: TimeNs;
}

/** Percentiles of latencies, in milliseconds; null without a latency. */
export interface LatencySummary {
  readonly p50: number | null;
  readonly p99: number | null;
  readonly max: number | null;
}

/**
 * Computes each beat's latency: the time from its R peak to the first decision that covers the peak and that was
 * complete no earlier than the beat's detection. It is null where the record ended before such a decision. Both lists
 * ascend in time.
 *
 * @param windowSamples samples that one decision sees
 */
export function beatLatenciesMs(
  beats: readonly TimedBeat[],
  decisions: readonly TimedDecision[],
  windowSamples: number,
): (number | null)[] {
  let first = 0;
  return beats.map((beat) => {
    while (first < decisions.length && decisions[first].doneNs < beat.detectedNs) first++;
    for (let i = first; i < decisions.length; i++) {
      const { sample, doneNs } = decisions[i];
      if (sample > beat.sample && sample - windowSamples <= beat.sample) return (doneNs - beat.peakNs) * 1e-6;
    }
    return null;
  });
}

/** Computes percentiles by nearest rank; they are null for an empty list. */
export function summarise(latenciesMs: readonly number[]): LatencySummary {
  const sorted = [...latenciesMs].sort((a, b) => a - b);
  const rank = (share: number) => (sorted.length === 0 ? null : sorted[Math.ceil(share * sorted.length) - 1]);
  return { p50: rank(0.5), p99: rank(0.99), max: rank(1) };
}
