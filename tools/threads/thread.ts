import { Worker } from "node:worker_threads";

/** Node takes no TypeScript: from the sources, as tests run them, a thread still needs the compiled module. */
const TOOLS = new URL(import.meta.url.endsWith(".ts") ? "../../dist/tools/" : "../", import.meta.url);

/** A thread that runs a module of the tools, such as "train/gradients/gradient-worker". */
export function startThread(module: string, workerData: unknown): Worker {
  return new Worker(new URL(`${module}.js`, TOOLS), { workerData });
}

/** A thread's next message; rejects where it fails instead. @param task is sent first */
export function answerOf<Answer>(thread: Worker, task?: unknown): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const onExit = (code: number) => reject(new Error(`a thread ended with code ${code} and no answer`));
    thread.once("error", reject);
    thread.once("exit", onExit);
    thread.once("message", (answer: Answer) => {
      thread.off("error", reject);
      thread.off("exit", onExit);
      resolve(answer);
    });
    if (task !== undefined) thread.postMessage(task);
  });
}
