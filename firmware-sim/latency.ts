import type { TimeNs } from "./event-queue.ts";

export interface TimedBeat {
  /** 500 Hz sample of the R peak. */
  readonly sample: number;
  readonly peakNs: TimeNs;
  /** End of the task that found it. */
  readonly detectedNs: TimeNs;
}

export interface TimedDecision {
  /** 500 Hz sample that it covers up to, exclusive. */
  readonly sample: number;
  readonly label: string;
  /** End of the task that made it. */
  readonly doneNs: TimeNs;
}

export interface LatencySummary {
  readonly p50: number | null;
  readonly p99: number | null;
  readonly max: number | null;
}

/**
 * For each beat the time from its R peak to the first decision that was complete no earlier than the beat's detection
 * and that covers the peak; null where the record ended before there was one. Both lists ascend in time.
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

/** Percentiles by nearest rank; nulls of an empty list. */
export function summarise(latenciesMs: readonly number[]): LatencySummary {
  const sorted = [...latenciesMs].sort((a, b) => a - b);
  const rank = (share: number) => (sorted.length === 0 ? null : sorted[Math.ceil(share * sorted.length) - 1]);
  return { p50: rank(0.5), p99: rank(0.99), max: rank(1) };
}
