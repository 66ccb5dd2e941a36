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
}

/**
 * Starts a task in so many processes, one after another: V8 keeps compiled WebAssembly for the life of a process, so only
 * the first compile there is a cold one. Imported JavaScript is there before the clock starts.
 */
export async function coldStart(task: ColdStartTask, bits: number, processes: number): Promise<ColdStart> {
  const times: ColdStartTimes[] = [];
  while (times.length < processes) times.push(await inFreshProcess(task));
  return {
    build: task.kind === "engine" ? task.build : task.name,
    bits,
    processes,
    startMs: median(times.map(({ startMs }) => startMs)),
    loadMs: median(times.map(({ loadMs }) => loadMs)),
    firstDecisionMs: median(times.map(({ firstDecisionMs }) => firstDecisionMs)),
    totalMs: median(times.map(({ startMs, loadMs, firstDecisionMs }) => startMs + loadMs + firstDecisionMs)),
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
