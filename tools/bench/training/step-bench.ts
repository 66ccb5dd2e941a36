import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { BACKEND_NAMES } from "../../train/backends.ts";
import { describeMachine, type Machine } from "../machine.ts";
import { median } from "../statistics.ts";
import { TRAINING_NETWORKS } from "./networks.ts";
import type { StepAnswer, StepTask } from "./step-process.ts";

export interface StepRow {
  readonly network: string;
  readonly backend: string;
  /** Threads that share a batch. */
  readonly workers: number;
  readonly minMs: number;
  readonly medianMs: number;
  readonly gflopPerSecond: number;
  /** Tensors that the steps did not free. */
  readonly tensorsLeft: number;
}

export interface StepReport {
  readonly rows: readonly StepRow[];
  readonly steps: number;
  readonly leftOut: readonly { readonly network: string; readonly backend: string; readonly reason: string }[];
  readonly machine: Machine;
}

const WORKERS = [1, 2];

/**
 * Times a training step of every network on every backend, with one thread and with two, each in a process of its own,
 * after one step that is not counted.
 */
export async function benchTraining(
  steps: number,
  onProgress: (done: number, total: number) => void,
): Promise<StepReport> {
  const tasks = TRAINING_NETWORKS.flatMap(({ name, sharesBatches }) =>
    BACKEND_NAMES.flatMap((backend) =>
      WORKERS.filter((workers) => workers === 1 || sharesBatches).map(
        (workers): StepTask => ({ network: name, backend, workers, steps }),
      ),
    ),
  );
  const machine = describeMachine();
  const answers: StepAnswer[] = [];
  for (const task of tasks) {
    answers.push(await inFreshProcess(task));
    onProgress(answers.length, tasks.length);
  }
  const rows = tasks.flatMap((task, index) => {
    const answer = answers[index];
    return "reason" in answer ? [] : [rowOf(task, answer.stepMs, answer.tensors)];
  });
  const leftOut = tasks.flatMap(({ network, backend, workers }, index) => {
    const answer = answers[index];
    return "reason" in answer && workers === 1 ? [{ network, backend, reason: answer.reason }] : [];
  });
  return { rows, steps, leftOut, machine };
}

function rowOf(
  { network, backend, workers }: StepTask,
  stepMs: readonly number[],
  tensors: readonly number[],
): StepRow {
  const { gflop } = TRAINING_NETWORKS.find(({ name }) => name === network) as (typeof TRAINING_NETWORKS)[number];
  const medianMs = median(stepMs);
  return {
    network,
    backend,
    workers,
    minMs: Math.min(...stepMs),
    medianMs,
    gflopPerSecond: (1000 * gflop) / medianMs,
    tensorsLeft: tensors[1] - tensors[0],
  };
}

const PROCESS_MODULE = fileURLToPath(new URL("./step-process.js", import.meta.url));

function inFreshProcess(task: StepTask): Promise<StepAnswer> {
  return new Promise((resolve, reject) => {
    const child = fork(PROCESS_MODULE, [], { serialization: "advanced", stdio: ["ignore", "ignore", "ignore", "ipc"] });
    child.once("message", (answer) => resolve(answer as StepAnswer));
    child.once("error", reject);
    child.once("exit", (code) =>
      reject(new Error(`training ${task.network} on ${task.backend} ended with code ${code}`)),
    );
    child.send(task);
  });
}
