import { performance } from "node:perf_hooks";
import type { Run } from "./row.ts";

/** The settings of timing in rounds. */
export interface RoundOptions {
  readonly rounds: number;
  /** A short run is repeated in a round until so much time has passed: a clock of microseconds then tells it apart. */
  readonly roundMs: number;
  readonly warmUpRounds: number;
  readonly onRow?: (done: number, total: number) => void;
}

const MAX_RUNS = 200;
const CLOCK_STEP_MS = 1e-3;

/** Milliseconds of every run, [row][round][run]. */
export type RoundTimes = readonly (readonly (readonly number[])[])[];

/**
 * Times rows against each other: a round runs every row, its order rotated by one from round to round, so that all rows of
 * a round meet the same machine. Each has an untimed run first, since the row before it has left its own data in the caches.
 * Warm-up rounds come before; they also tell how often a row runs.
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

/** At least one; a run below the clock's step takes one step. */
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
