import type { RoundTimes } from "./rounds.ts";
import { isBaseline, type RowPlan } from "./row.ts";
import { median, percentile } from "./statistics.ts";

/** One row of the table. */
export interface BenchRow extends Pick<RowPlan, "name" | "build" | "bits"> {
  /** Median over the rounds of a round's median run. */
  readonly medianMs: number;
  /** 99th percentile of all runs. */
  readonly p99Ms: number;
  readonly gmacPerSecond: number;
  /**
   * Speed relative to a whole window of onnxruntime-web int8 on the same network: that peer's time over this row's, a
   * median over rounds. Null where that peer is not there.
   */
  readonly ratioToOrtWebInt8: number | null;
}

/** A row's shortest run: the best guess at a machine without other work. */
export interface Minimum extends Pick<RowPlan, "name" | "build" | "bits"> {
  readonly minMs: number;
}

/** Returns the rows' shortest runs, in the order of the plans. */
export function minima(plans: readonly RowPlan[], times: RoundTimes): Minimum[] {
  return plans.map(({ name, build, bits }, row) => ({ name, build, bits, minMs: Math.min(...times[row].flat()) }));
}

/** Makes the table's rows. @param times runs of the plans, in their order */
export function summarise(plans: readonly RowPlan[], times: RoundTimes): BenchRow[] {
  const perRound = times.map((rounds) => rounds.map(median));
  return plans.map((plan, row) => {
    const baseline = plans.findIndex((other) => isBaseline(other) && other.network === plan.network);
    const medianMs = median(perRound[row]);
    return {
      name: plan.name,
      build: plan.build,
      bits: plan.bits,
      medianMs,
      p99Ms: percentile(times[row].flat(), 0.99),
      gmacPerSecond: plan.macs / medianMs / 1e6,
      ratioToOrtWebInt8: baseline < 0 ? null : median(perRound[row].map((ms, round) => perRound[baseline][round] / ms)),
    };
  });
}
