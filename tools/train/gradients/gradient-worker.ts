import { parentPort, workerData } from "node:worker_threads";
import { SeededRandom } from "../../random/random.ts";
import { type BackendName, selectBackend } from "../backends.ts";
import type { Objective } from "./objective.ts";
import { type Batch, gradientsOf, type Weights } from "./step.ts";

/** The module that a thread of the gradient pool runs: it answers "ready" once, then the gradients of each task. */

export interface PoolWorkerData {
  readonly objective: Objective;
  /** The backend of the thread that asks. */
  readonly backend: BackendName;
}

export interface PoolTask {
  readonly weights: Weights;
  readonly batch: Batch;
  readonly seed: number;
}

const { objective, backend } = workerData as PoolWorkerData;
await selectBackend([backend]);
parentPort?.on("message", ({ weights, batch, seed }: PoolTask) => {
  parentPort?.postMessage(gradientsOf(objective, weights, batch, new SeededRandom(seed)));
});
parentPort?.postMessage("ready");
