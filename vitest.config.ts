import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";
import { runnableBuilds } from "./host/engine-module.ts";
import type { Tier } from "./test/properties/draws.ts";
import { seedOfRun } from "./test/properties/seed.ts";

/** Tests of more than a minute a file: `npm run test:slow` runs them, and so does .ci/run. */
export const SLOW_TESTS = "*.slow.test.ts";
/** .ci/run asks for the counts of the run as JSON in this file. */
const countsFile = process.env.QHUBERT_TEST_COUNTS;

/** Rooms whose files each need modules of their own: a process has one training backend, and its tensors are counted. */
const ISOLATED = "{train,pretrain,finetune,export,models,properties}";

interface TierFiles {
  /** The names of its test files. */
  readonly names: string;
  /** Files and folders beside those, and without some of those. */
  readonly also?: readonly string[];
  readonly without?: readonly string[];
}

/** The configuration of a tier (CONTRIBUTING.md, "Tiers of tests"). */
export function tierConfig(tier: Tier, { names, also = [], without = [] }: TierFiles) {
  return defineConfig({
    // Tests of the tools run the sources of the runtime, as its own tests do.
    resolve: { alias: { "qhubert-engine": fileURLToPath(new URL("host/index.ts", import.meta.url)) } },
    test: {
      env: { QHUBERT_TIER: tier, QHUBERT_SEED: String(seedOfRun(tier === "fuzz")) },
      globalSetup: ["test/properties/announce.ts"],
      setupFiles: ["test/properties/setup.ts"],
      // Two cores; a training or a search in a test takes its time, and more of it on a machine that has other work.
      maxWorkers: 2,
      testTimeout: tier === "quick" ? 120_000 : 600_000,
      hookTimeout: 120_000,
      // Node 20 has relaxed SIMD behind a flag, which later ones do not know any more.
      execArgv: runnableBuilds().includes("relaxed") ? [] : ["--experimental-wasm-relaxed-simd"],
      reporters: countsFile ? ["default", ["json", { outputFile: countsFile }]] : ["default"],
      benchmark: { include: ["benches/**/*.bench.ts"] },
      projects: [
        {
          extends: true,
          test: { name: "isolated", include: [`test/${ISOLATED}/**/${names}`], exclude: [...without] },
        },
        {
          extends: true,
          // Loading the modules anew for each of these files would take half of their time.
          test: {
            name: "shared",
            isolate: false,
            include: [`test/**/${names}`, ...also],
            exclude: [`test/${ISOLATED}/**`, ...without],
          },
        },
      ],
    },
  });
}

export default tierConfig("quick", { names: "*.test.ts", without: [`test/**/${SLOW_TESTS}`] });
