import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { ColdStartTask, ColdStartTimes } from "./cold-start-process.ts";
import { median } from "./statistics.ts";

/** Medians over fresh processes, in milliseconds. */
export interface ColdStart extends ColdStartTimes {
  readonly build: string;
  readonly bits: number;
  readonly processes: number;
  readonly totalMs: number;
  /** The least start of all processes: the best guess at a machine without other work. */
  readonly minStartMs: number;
  readonly minTotalMs: number;
}

export interface ColdStartCase {
  readonly build: string;
  readonly bits: number;
  readonly task: ColdStartTask;
}

/**
 * Starts every case in several fresh processes, one after another and the cases in turn. V8 keeps compiled WebAssembly
 * for the life of a process (a second compile of the engine takes a quarter of the first), so only a fresh one starts
 * from cold. JavaScript is imported before the clock starts.
 */
export async function coldStarts(
  cases: readonly ColdStartCase[],
  processes: number,
  onProcess: (done: number, total: number) => void,
): Promise<ColdStart[]> {
  const times = cases.map((): ColdStartTimes[] => []);
  for (let done = 0; done < processes * cases.length; ) {
    const index = done % cases.length;
    times[index].push(await inFreshProcess(cases[index].task));
    onProcess(++done, processes * cases.length);
  }
  return cases.map(({ build, bits }, index) => ({ build, bits, processes, ...summarise(times[index]) }));
}

function summarise(times: readonly ColdStartTimes[]) {
  const starts = times.map(({ startMs }) => startMs);
  const totals = times.map(({ startMs, loadMs, firstDecisionMs }) => startMs + loadMs + firstDecisionMs);
  return {
    startMs: median(starts),
    loadMs: median(times.map(({ loadMs }) => loadMs)),
    firstDecisionMs: median(times.map(({ firstDecisionMs }) => firstDecisionMs)),
    totalMs: median(totals),
    minStartMs: Math.min(...starts),
    minTotalMs: Math.min(...totals),
  };
}

/** The module that a fresh process runs, beside this one. */
const PROCESS_MODULE = fileURLToPath(new URL("./cold-start-process.js", import.meta.url));

function inFreshProcess(task: ColdStartTask): Promise<ColdStartTimes> {
  return new Promise((resolve, reject) => {
    const child = fork(PROCESS_MODULE, [], { serialization: "advanced", stdio: ["ignore", "ignore", "ignore", "ipc"] });
    child.once("message", (times) => resolve(times as ColdStartTimes));
    child.once("error", reject);
    child.once("exit", (code) =>
      reject(new Error(`a cold start of ${JSON.stringify(task.kind)} ended with code ${code}`)),
    );
    child.send(task);
  });
}
