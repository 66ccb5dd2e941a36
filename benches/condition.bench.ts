import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bench, describe } from "vitest";
import { conditionDataset } from "../tools/data/condition.ts";
import { openDataset } from "../tools/data/dataset.ts";

const DATA = process.env.ECG_DATA ?? "";
const ONCE = { time: 0, iterations: 1, warmupTime: 0, warmupIterations: 0 };

/** All 7,471 records of CinC 2017, one thread; 60 s are allowed. Needs ECG_DATA. */
describe.skipIf(!DATA)("records in: CinC 2017 through the front end", () => {
  const cacheDir = mkdtempSync(join(tmpdir(), "qhubert-condition-"));
  process.on("exit", () => rmSync(cacheDir, { recursive: true, force: true }));
  const run = async () => void (await conditionDataset(openDataset(join(DATA, "cinc2017")), { cacheDir }));

  bench("read, conditioned and written to an empty cache", run, ONCE);
  bench("taken from the cache", run, ONCE);
});
