import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    // Two cores; a training or an LAQ search in a test takes its time.
    maxWorkers: 2,
    testTimeout: 120_000,
    hookTimeout: 120_000,
    benchmark: { include: ["benches/**/*.bench.ts"] },
  },
});
