import fc from "fast-check";
import { expect } from "vitest";
import { draws, TIER } from "./draws.ts";
import { keepSeed } from "./kept-seeds.ts";

const DEFAULT_DRAWS = 100;
const seed = Number(process.env.QHUBERT_SEED);

/** Writes down the seed of a property that fails while fuzzing, then fails as fast-check does. */
function keepAndThrow<Case>(details: fc.RunDetails<Case>): void {
  if (!details.failed) return;
  const { testPath = "", currentTestName = "" } = expect.getState();
  keepSeed({
    testPath,
    // Vitest selects by names with blanks between them.
    test: currentTestName.replaceAll(" > ", " "),
    seed: details.seed,
    counterexample: fc.stringify(details.counterexample),
  });
  throw new Error(fc.defaultReportMessage(details), { cause: details.errorInstance });
}

fc.configureGlobal({
  seed,
  numRuns: draws(DEFAULT_DRAWS),
  ...(TIER === "fuzz" ? { reporter: keepAndThrow } : {}),
});
