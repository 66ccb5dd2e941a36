import type { Worker } from "node:worker_threads";
import { answerOf, startThread } from "../../threads/thread.ts";
import type { LogitsAnswer, LogitsTask, LogitsWorkerData } from "./logits-worker.ts";
import { loadForRecords, type Pooling, recordLogits } from "./record-logits.ts";

/** Runs packed models over a set of records, on the real engine. */
export interface LogitsSource {
  /**
   * Hands over each record's logits, null where it is too short for a decision, in the order of the records and until
   * `take` returns false. Throws EngineError on a file that the engine refuses.
   */
  run(file: Uint8Array, take: (logits: Float64Array | null, index: number) => boolean): Promise<void>;
  close(): Promise<void>;
}

/** Records of one task: few enough that threads end together, and that little is done in vain after a stop. */
const TASK_RECORDS = 8;

/** Starts a source. Any number of threads gives the same logits in the same order; one worker is this thread. */
export function startLogitsSource(records: readonly Int16Array[], pooling: Pooling, workers: number): LogitsSource {
  return workers > 1 ? new LogitsPool(records, pooling, workers) : new LogitsLoop(records, pooling);
}

class LogitsLoop implements LogitsSource {
  constructor(
    private readonly records: readonly Int16Array[],
    private readonly pooling: Pooling,
  ) {}

  async run(file: Uint8Array, take: (logits: Float64Array | null, index: number) => boolean): Promise<void> {
    const engine = await loadForRecords(file);
    for (const [index, samples] of this.records.entries()) {
      if (!take(recordLogits(engine, samples, this.pooling), index)) return;
    }
  }

  async close(): Promise<void> {}
}

class LogitsPool implements LogitsSource {
  private readonly threads: readonly Worker[];

  constructor(
    private readonly records: readonly Int16Array[],
    pooling: Pooling,
    workers: number,
  ) {
    const workerData: LogitsWorkerData = { records, pooling };
    this.threads = Array.from({ length: workers }, () => startThread("quantize/loss/logits-worker", workerData));
  }

  async run(file: Uint8Array, take: (logits: Float64Array | null, index: number) => boolean): Promise<void> {
    const arrived = new Map<number, LogitsAnswer>();
    let asked = 0;
    let taken = 0;
    let going = true;
    const deliver = () => {
      for (let answer = arrived.get(taken); going && answer; answer = arrived.get(taken)) {
        arrived.delete(taken);
        const from = taken;
        going = answer.every((logits, index) => take(logits, from + index));
        taken += answer.length;
      }
    };
    const feed = async (thread: Worker) => {
      for (let first = true; going && asked < this.records.length; first = false) {
        const from = asked;
        asked = Math.min(this.records.length, from + TASK_RECORDS);
        const task: LogitsTask = { file: first ? file : null, from, to: asked };
        arrived.set(from, await answerOf<LogitsAnswer>(thread, task));
        deliver();
      }
    };
    await Promise.all(this.threads.map(feed));
  }

  async close(): Promise<void> {
    await Promise.all(this.threads.map((thread) => thread.terminate()));
  }
}
