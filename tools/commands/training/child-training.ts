import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { createInterface } from "node:readline";
import { DataError } from "../../files/data-error.ts";
import { startProgress } from "../terminal/progress.ts";

/** One `qhubert train` of many. */
export interface ChildTraining {
  /** Such as "seed 1, fold 2". */
  readonly title: string;
  /** The model that it writes: what is there needs no training. */
  readonly out: string;
  /** The arguments of `train`, without --out and --resume. */
  readonly args: readonly string[];
}

/** A training's line of progress, as progress.ts writes it. */
const PROGRESS_LINE = /^training: (\d+) of (\d+) (.*?)(, [^,]* left)?$/;
const UNITS_PER_TRAINING = 1000;

/**
 * Runs the trainings whose models are not there yet, `jobs` at a time, each in a process of its own; one that was
 * interrupted goes on from its checkpoint. Throws DataError with the sentence of the first that fails, and ends the others.
 */
export async function runTrainings(title: string, trainings: readonly ChildTraining[], jobs: number): Promise<void> {
  const waiting = trainings.filter(({ out }) => !existsSync(out));
  const done = new Map(trainings.map(({ out }) => [out, waiting.some((one) => one.out === out) ? 0 : 1]));
  const running = new Set<ChildProcess>();
  const endAll = () => running.forEach((child) => void child.kill("SIGTERM"));
  const endAllAndStop = () => {
    endAll();
    process.exit(130);
  };
  process.once("SIGTERM", endAllAndStop);
  process.once("SIGINT", endAllAndStop);
  const progress = startProgress(title);
  const show = (note: string) => {
    const shares = [...done.values()];
    const finished = shares.filter((share) => share === 1).length;
    const units = Math.floor(UNITS_PER_TRAINING * shares.reduce((sum, share) => sum + share, 0));
    progress.update(units, UNITS_PER_TRAINING * trainings.length, `(${finished} trainings done) ${note}`);
  };
  const work = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const training = next;
      await runOne(training, running, (share, note) => {
        done.set(training.out, share);
        show(`${training.title}: ${note}`);
      });
      done.set(training.out, 1);
    }
  };
  try {
    await Promise.all(Array.from({ length: jobs }, work));
  } finally {
    waiting.length = 0;
    endAll();
    process.off("SIGTERM", endAllAndStop);
    process.off("SIGINT", endAllAndStop);
    progress.end();
  }
}

/** Ends when the process does. Throws DataError with its last sentence unless it succeeds. */
function runOne(
  { title, out, args }: ChildTraining,
  running: Set<ChildProcess>,
  onProgress: (share: number, note: string) => void,
): Promise<void> {
  const resume = existsSync(`${out}.checkpoint`) ? ["--resume"] : [];
  const command = [...process.execArgv, process.argv[1], "train", ...args, "--out", out, ...resume];
  const child = spawn(process.execPath, command, { stdio: ["ignore", "ignore", "pipe"] });
  running.add(child);
  let lastLine = "it said nothing";
  createInterface({ input: child.stderr }).on("line", (line) => {
    const [, at, of, note] = PROGRESS_LINE.exec(line) ?? [];
    if (note === undefined) lastLine = line;
    else onProgress(Math.min(0.999, Number(at) / Number(of)), note);
  });
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => {
      running.delete(child);
      if (code === 0) resolve();
      else reject(new DataError(`${title}: ${lastLine.replace(/^qhubert: /, "")}`));
    });
  });
}
