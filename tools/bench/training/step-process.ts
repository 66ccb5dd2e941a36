import * as tf from "@tensorflow/tfjs";
import { type BackendName, selectBackend } from "../../train/backends.ts";
import { TRAINING_NETWORKS } from "./networks.ts";

/** The task of a fresh process, since a process has one backend. */
export interface StepTask {
  readonly network: string;
  readonly backend: BackendName;
  readonly workers: number;
  readonly steps: number;
}

export interface StepTimes {
  /** The library that serves the backend. */
  readonly description: string;
  readonly stepMs: readonly number[];
  /** Tensors of this thread after the first step and after the last. */
  readonly tensors: readonly [first: number, last: number];
}

export type StepAnswer = StepTimes | { readonly reason: string };

async function timeSteps({ network: name, backend, workers, steps }: StepTask): Promise<StepAnswer> {
  const network = TRAINING_NETWORKS.find((candidate) => candidate.name === name);
  if (!network) throw new RangeError(`no network is named ${name}`);
  let description: string;
  try {
    ({ description } = await selectBackend([backend]));
  } catch (error) {
    return { reason: (error as Error).message };
  }
  const { step, close } = await network.open(workers);
  await step();
  const first = tf.memory().numTensors;
  const stepMs: number[] = [];
  for (let done = 0; done < steps; done++) {
    const start = performance.now();
    await step();
    stepMs.push(performance.now() - start);
  }
  const last = tf.memory().numTensors;
  await close();
  return { description, stepMs, tensors: [first, last] };
}

process.once("message", async (task: StepTask) => {
  const answer = await timeSteps(task);
  process.send?.(answer, () => process.disconnect());
});
