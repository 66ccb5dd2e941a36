#!/usr/bin/env node
import { main } from "../dist/tools/cli.js";

// The reader of a pipe may close it early (`qhubert ... | head`): that is no fault.
process.stdout.on("error", (error) => {
  if (error.code === "EPIPE") process.exit(0);
  throw error;
});

process.exitCode = await main(process.argv);
