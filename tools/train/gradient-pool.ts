import { Worker } from "node:worker_threads";
import type { SeededRandom } from "../data/random.ts";
import type { Graph } from "../graph/graph.ts";
import type { FloatModel } from "../graph/model.ts";
import { selectBackend } from "./backends.ts";
import { shareOf } from "./batch-share.ts";
import { combineGradients } from "./combine-gradients.ts";
import type { FrozenNodes } from "./freeze.ts";
import type { GradientSource } from "./gradient-source.ts";
import type { PoolAnswer, PoolTask, PoolWorkerData } from "./gradient-worker.ts";
import type { Distillation } from "./options.ts";
import type { Gradients } from "./step.ts";

/** From the sources (as tests run them) a thread still needs the compiled module. */
const WORKER_MODULE = new URL(
  import.meta.url.endsWith(".ts") ? "../../dist/tools/train/gradient-worker.js" : "./gradient-worker.js",
  import.meta.url,
);

/**
 * Threads that each take a share of a batch (data-parallel training). Batch norm sees a thread's own share, so a run
 * depends on their number; for one number it is the same every time, whoever finishes first.
 */
export async function startGradientPool(
  graph: Graph,
  distillation: Distillation,
  workers: number,
  frozen: FrozenNodes,
  cropTeacher?: FloatModel,
): Promise<GradientSource> {
  const { name: backend } = await selectBackend();
  const workerData: PoolWorkerData = { graph, distillation, frozen, cropTeacher, backend };
  const threads = Array.from({ length: workers }, () => new Worker(WORKER_MODULE, { workerData }));
  await Promise.all(threads.map(answerOf));
  return {
    async gradientsOf(weights, batch, random: SeededRandom) {
      const shares = threads.map((_, index) => shareOf(batch, index, workers)).filter(({ size }) => size > 0);
      const answers = shares.map((share, index) => {
        const answer = answerOf(threads[index]);
        const task: PoolTask = { weights, batch: share, seed: random.integer(2 ** 32) };
        threads[index].postMessage(task);
        return answer;
      });
      const parts = (await Promise.all(answers)) as Gradients[];
      return combineGradients(parts.map((gradients, index) => ({ gradients, share: shares[index].size / batch.size })));
    },
    close: async () => {
      await Promise.all(threads.map((thread) => thread.terminate()));
    },
  };
}

/** A thread's next message; rejects where it fails instead. */
function answerOf(thread: Worker): Promise<PoolAnswer> {
  return new Promise((resolve, reject) => {
    const onExit = (code: number) => reject(new Error(`a training thread ended with code ${code}`));
    thread.once("error", reject);
    thread.once("exit", onExit);
    thread.once("message", (answer: PoolAnswer) => {
      thread.off("error", reject);
      thread.off("exit", onExit);
      resolve(answer);
    });
  });
}
