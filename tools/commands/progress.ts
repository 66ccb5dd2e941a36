import { SingleBar } from "cli-progress";
import { printNote } from "./output.ts";

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
  return {
    update(done, total, note = "") {
      if (done < total && Date.now() - lastMs < SECONDS_BETWEEN_LINES * 1000) return;
      lastMs = Date.now();
      printNote(`${title}: ${done} of ${total} ${note}`.trimEnd());
    },
    end: () => undefined,
  };
}
