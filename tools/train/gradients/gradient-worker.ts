import { parentPort, workerData } from "node:worker_threads";
import type { Graph } from "../../graph/graph.ts";
import type { FloatModel } from "../../graph/model.ts";
import { SeededRandom } from "../../random/random.ts";
import { type BackendName, selectBackend } from "../backends.ts";
import type { FrozenNodes } from "../freeze.ts";
import type { Distillation } from "../recipe/options.ts";
import { type Batch, gradientsOf, type Weights } from "./step.ts";

/** The module that a thread of the gradient pool runs: it answers "ready" once, then the gradients of each task. */

export interface PoolWorkerData {
  readonly graph: Graph;
  readonly distillation: Distillation;
  readonly frozen: FrozenNodes;
  readonly cropTeacher?: FloatModel;
  /** The one of the thread that asks. */
  readonly backend: BackendName;
}

export interface PoolTask {
  readonly weights: Weights;
  readonly batch: Batch;
  readonly seed: number;
}

const { graph, distillation, frozen, cropTeacher, backend } = workerData as PoolWorkerData;
await selectBackend([backend]);
parentPort?.on("message", ({ weights, batch, seed }: PoolTask) => {
  parentPort?.postMessage(
    gradientsOf(graph, weights, batch, distillation, new SeededRandom(seed), frozen, cropTeacher),
  );
});
parentPort?.postMessage("ready");
