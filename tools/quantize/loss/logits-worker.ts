import { parentPort, workerData } from "node:worker_threads";
import type { Engine } from "qhubert-engine";
import { loadForRecords, type Pooling, recordLogits } from "./record-logits.ts";

/** The module that a thread of the logits pool runs. */

export interface LogitsWorkerData {
  readonly records: readonly Int16Array[];
  readonly pooling: Pooling;
}

export interface LogitsTask {
  /** The packed model; null for the model of the task before. */
  readonly file: Uint8Array | null;
  readonly from: number;
  readonly to: number;
}

/** The logits of a task's records, in their order. */
export type LogitsAnswer = readonly (Float64Array | null)[];

const { records, pooling } = workerData as LogitsWorkerData;
let engine: Promise<Engine>;
parentPort?.on("message", async ({ file, from, to }: LogitsTask) => {
  if (file) engine = loadForRecords(file);
  const loaded = await engine;
  const answer: LogitsAnswer = records.slice(from, to).map((samples) => recordLogits(loaded, samples, pooling));
  parentPort?.postMessage(answer);
});
