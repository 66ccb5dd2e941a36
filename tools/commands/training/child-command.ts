import { spawn } from "node:child_process";
import { DataError } from "../../files/data-error.ts";

/**
 * Runs another command of this program in a process of its own, which shows its progress here, and gives the JSON that it prints.
 * Throws DataError where it fails; the command has said why.
 */
export function runCommand(words: readonly string[]): Promise<unknown> {
  const command = [...process.execArgv, process.argv[1], ...words, "--json"];
  const child = spawn(process.execPath, command, { stdio: ["ignore", "pipe", "inherit"] });
  const printed: Buffer[] = [];
  child.stdout.on("data", (chunk: Buffer) => printed.push(chunk));
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code, signal) => {
      if (code === 0) resolve(JSON.parse(Buffer.concat(printed).toString("utf8")));
      else
        reject(
          new DataError(`${words[0]} ended with ${signal ?? `code ${code}`}; the same command goes on from there`),
        );
    });
  });
}
