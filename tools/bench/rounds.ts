import { performance } from "node:perf_hooks";
import type { Run } from "./row.ts";

/** The settings of timing in rounds. */
export interface RoundOptions {
  readonly rounds: number;
  /** Milliseconds for which a short run is repeated in a round, so that a clock of microseconds can time it. */
  readonly roundMs: number;
  readonly warmUpRounds: number;
  readonly onRow?: (done: number, total: number) => void;
}

const MAX_RUNS = 200;
const CLOCK_STEP_MS = 1e-3;

/** Milliseconds of every run, [row][round][run]. */
export type RoundTimes = readonly (readonly (readonly number[])[])[];

/**
 * Times rows against each other. A round runs every row, so that all of them meet the same machine, and the order
 * rotates by one from round to round. Each row has an untimed run first, since the row before it has left its own data
 * in the caches. Warm-up rounds come first; they also determine how often a row runs in a round.
 */
export async function timeRounds(rows: readonly Run[], options: RoundOptions): Promise<RoundTimes> {
  const { rounds, roundMs, warmUpRounds, onRow } = options;
  const runs = rows.map(() => 1);
  const times = rows.map((): number[][] => []);
  const total = rows.length * (warmUpRounds + rounds);
  for (let round = 0, done = 0; round < warmUpRounds + rounds; round++) {
    for (let turn = 0; turn < rows.length; turn++) {
      const row = (turn + round) % rows.length;
      const took = await timeRuns(rows[row], runs[row]);
      if (round < warmUpRounds) runs[row] = runsWithin(roundMs, Math.min(...took));
      else times[row].push(took);
      onRow?.(++done, total);
    }
  }
  return times;
}

/** Counts the runs that fill a round, at least one; a run below the clock's step counts as one step. */
function runsWithin(roundMs: number, runMs: number): number {
  return Math.max(1, Math.min(MAX_RUNS, Math.ceil(roundMs / Math.max(CLOCK_STEP_MS, runMs))));
}

async function timeRuns(run: Run, count: number): Promise<number[]> {
  await run();
  const took: number[] = [];
  for (let index = 0; index < count; index++) {
    const start = performance.now();
    const result = run();
    // Peers answer with a promise; our engine's runs are not made to wait for one.
    if (result instanceof Promise) await result;
    took.push(performance.now() - start);
  }
  return took;
}
