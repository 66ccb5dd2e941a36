import { SingleBar } from "cli-progress";
import { durationText, printNote } from "./output.ts";

export interface Progress {
  update(done: number, total: number, note?: string): void;
  end(): void;
}

const SECONDS_BETWEEN_LINES = 15;

/** A progress bar on stderr; where that is no terminal, a line now and then. */
export function startProgress(title: string): Progress {
  return process.stderr.isTTY ? bar(title) : lines(title);
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
