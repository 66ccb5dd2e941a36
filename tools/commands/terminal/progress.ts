import { SingleBar } from "cli-progress";
import { durationText, printNote } from "./output.ts";

export interface Progress {
  update(done: number, total: number, note?: string): void;
  end(): void;
}

const SECONDS_BETWEEN_LINES = 15;

/** Starts a progress bar on stderr; a stderr that is no terminal gets a line every 15 s. */
export function startProgress(title: string): Progress {
  return process.stderr.isTTY ? bar(title) : lines(title);
}

/** Runs `work` under a progress bar, which ends with it, also where it fails. */
export async function withProgress<T>(title: string, work: (update: Progress["update"]) => T | Promise<T>): Promise<T> {
  const progress = startProgress(title);
  try {
    return await work(progress.update);
  } finally {
    progress.end();
  }
}

/** Runs `work`, which names the stage that it is in with every update, under a progress bar for each stage. */
export async function withStages<T>(
  work: (update: (done: number, total: number, stage: string, note?: string) => void) => Promise<T>,
): Promise<T> {
  let current = "";
  let progress: Progress | null = null;
  try {
    return await work((done, total, stage, note) => {
      if (progress === null || stage !== current) {
        progress?.end();
        progress = startProgress(stage);
        current = stage;
      }
      progress.update(done, total, note);
    });
  } finally {
    (progress as Progress | null)?.end();
  }
}

function bar(title: string): Progress {
  const single = new SingleBar({
    format: `${title} [{bar}] {percentage} % {note} ({eta_formatted} left)`,
    stream: process.stderr,
    hideCursor: true,
    barsize: 24,
  });
  let started = false;
  return {
    update(done, total, note = "") {
      if (!started) single.start(total, 0, { note });
      started = true;
      single.setTotal(total);
      single.update(done, { note });
    },
    end: () => single.stop(),
  };
}

function lines(title: string): Progress {
  let lastMs = Date.now();
  let first: { readonly atMs: number; readonly done: number } | undefined;
  return {
    update(done, total, note = "") {
      const nowMs = Date.now();
      first ??= { atMs: nowMs, done };
      if (done < total && nowMs - lastMs < SECONDS_BETWEEN_LINES * 1000) return;
      lastMs = nowMs;
      const secondsLeft = ((nowMs - first.atMs) / 1000 / (done - first.done)) * (total - done);
      const left = done < total && Number.isFinite(secondsLeft) ? `, ${durationText(secondsLeft)} left` : "";
      printNote(`${title}: ${done} of ${total} ${note}`.trimEnd() + left);
    },
    end: () => undefined,
  };
}
