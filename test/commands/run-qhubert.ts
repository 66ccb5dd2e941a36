import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";

export const COMMAND = fileURLToPath(new URL("../../bin/qhubert.js", import.meta.url));

export interface Finished {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `qhubert` as a user does: the built package, in a process of its own. */
export function runQhubert(args: readonly string[], cwd?: string): Promise<Finished> {
  const cache = cwd ? { XDG_CACHE_HOME: cwd } : {};
  return new Promise((resolve, reject) => {
    execFile(
      process.execPath,
      [COMMAND, ...args],
      { cwd, env: { ...process.env, ...cache }, maxBuffer: 1 << 26 },
      (error, stdout, stderr) => {
        if (error && typeof error.code !== "number") return reject(error);
        resolve({ exitCode: Number(error?.code ?? 0), stdout, stderr });
      },
    );
  });
}

const PROGRESS = new RegExp(
  `^(${[
    "clusters",
    "conditioning records",
    "deciding records",
    "detecting beats",
    "importing",
    "synthesizing",
    "pretraining",
    "training",
    "training backend",
    "training steps",
    "asking teachers",
    "cross-validating",
    "ablating",
    "deciding at \\d bits",
    "searching widths",
  ].join("|")}): `,
);

/** Returns the lines of stderr that are no progress. */
export function sentencesOf(stderr: string): string[] {
  return stderr.split("\n").filter((line) => line !== "" && !PROGRESS.test(line));
}
