import { defineConfig } from "vitest/config";

/** .ci/run asks for the counts of the run as JSON in this file. */
const countsFile = process.env.QHUBERT_TEST_COUNTS;

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    // Two cores; a training or a search in a test takes its time.
    maxWorkers: 2,
    testTimeout: 120_000,
    hookTimeout: 120_000,
    reporters: countsFile ? ["default", ["json", { outputFile: countsFile }]] : ["default"],
    benchmark: { include: ["benches/**/*.bench.ts"] },
  },
});
