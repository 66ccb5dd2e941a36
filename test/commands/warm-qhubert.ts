import { type ChildProcess, fork } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Finished } from "./run-qhubert.ts";

const SCRIPT = fileURLToPath(new URL("warm-process.mjs", import.meta.url));
let running: ChildProcess | null = null;
let asked = 0;

/**
 * Runs `qhubert` as `runQhubert` does, but in one process for all commands of a test file, one after another: for tests
 * of many short commands, which otherwise wait for Node to start and for modules to load.
 */
export function warmQhubert(args: readonly string[], cwd = process.cwd()): Promise<Finished> {
  running ??= start();
  const child = running;
  const id = asked++;
  return new Promise((resolve, reject) => {
    const onMessage = (answer: Finished & { readonly id: number }) => {
      if (answer.id !== id) return;
      child.off("message", onMessage);
      child.off("exit", onExit);
      const { exitCode, stdout, stderr } = answer;
      resolve({ exitCode, stdout, stderr });
    };
    const onExit = (code: number | null) => reject(new Error(`qhubert ${args.join(" ")} ended the process (${code})`));
    child.on("message", onMessage);
    child.on("exit", onExit);
    child.send({ id, args, cwd });
  });
}

/** Starts the process, with a cache of its own. */
function start(): ChildProcess {
  const cache = mkdtempSync(join(tmpdir(), "qhubert-cache-"));
  const child = fork(SCRIPT, { env: { ...process.env, XDG_CACHE_HOME: cache } });
  child.setMaxListeners(0);
  // It ends when this process does, which need not wait for it.
  child.unref();
  child.channel?.unref();
  child.on("exit", () => {
    running = null;
  });
  process.on("exit", () => rmSync(cache, { recursive: true, force: true }));
  return child;
}
