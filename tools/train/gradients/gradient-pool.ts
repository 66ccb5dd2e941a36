import type { SeededRandom } from "../../random/random.ts";
import { answerOf, startThread } from "../../threads/thread.ts";
import { selectBackend } from "../backends.ts";
import { shareOf } from "./batch-share.ts";
import { combineGradients } from "./combine-gradients.ts";
import type { GradientSource } from "./gradient-source.ts";
import type { PoolTask, PoolWorkerData } from "./gradient-worker.ts";
import type { Objective } from "./objective.ts";
import type { Gradients } from "./step.ts";

/**
 * Starts threads that each take a share of a batch (data-parallel training). Batch norm sees a thread's own share, so a
 * run depends on the number of threads; for one number it is the same every time, whichever thread finishes first.
 */
export async function startGradientPool(objective: Objective, workers: number): Promise<GradientSource> {
  const { name: backend } = await selectBackend();
  const workerData: PoolWorkerData = { objective, backend };
  const threads = Array.from({ length: workers }, () => startThread("train/gradients/gradient-worker", workerData));
  await Promise.all(threads.map((thread) => answerOf(thread)));
  return {
    async gradientsOf(weights, batch, random: SeededRandom) {
      const shares = threads.map((_, index) => shareOf(batch, index, workers)).filter(({ size }) => size > 0);
      const answers = shares.map((share, index) => {
        const task: PoolTask = { weights, batch: share, seed: random.integer(2 ** 32) };
        return answerOf<Gradients>(threads[index], task);
      });
      const parts = await Promise.all(answers);
      return combineGradients(parts.map((gradients, index) => ({ gradients, share: shares[index].size / batch.size })));
    },
    close: async () => {
      await Promise.all(threads.map((thread) => thread.terminate()));
    },
  };
}
