/**
 * `qhubert` many times in one process: takes command lines as messages and answers each with its exit code and what it
 * printed. It is the built package; only the start of Node and the loading of modules are not repeated.
 */
import { fileURLToPath } from "node:url";
import { main } from "../../dist/tools/cli.js";

const BIN = fileURLToPath(new URL("../../bin/qhubert.js", import.meta.url));

function capture(stream) {
  const written = [];
  const original = stream.write;
  stream.write = (chunk, encoding, done) => {
    written.push(Buffer.from(chunk));
    (typeof encoding === "function" ? encoding : done)?.();
    return true;
  };
  return () => {
    stream.write = original;
    return Buffer.concat(written).toString("utf8");
  };
}

/** As bin/qhubert.js: an error that `main` does not expect ends a process with its stack and exit code 1. */
async function exitCodeOf(args) {
  process.argv = [process.execPath, BIN, ...args];
  process.exitCode = undefined;
  try {
    return await main(process.argv);
  } catch (error) {
    process.stderr.write(`${error?.stack ?? error}\n`);
    return 1;
  }
}

let queue = Promise.resolve();
process.on("message", ({ id, args, cwd }) => {
  queue = queue.then(async () => {
    process.chdir(cwd);
    const [stdout, stderr] = [capture(process.stdout), capture(process.stderr)];
    const exitCode = await exitCodeOf(args);
    process.send({ id, exitCode, stdout: stdout(), stderr: stderr() });
  });
});
process.on("disconnect", () => process.exit());
