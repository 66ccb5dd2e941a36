import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { type KeptSeed, keptSeeds } from "./kept-seeds.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const VITEST = join(ROOT, "node_modules/vitest/vitest.mjs");
const TOY = "test/properties/toy.fixture.ts";

interface Finished {
  readonly failed: boolean;
  readonly output: string;
}

/** Runs vitest in a process of its own. */
function runVitest(args: readonly string[], env: Readonly<Record<string, string>>): Promise<Finished> {
  const { QHUBERT_SEED: _, QHUBERT_TIER: __, QHUBERT_TEST_COUNTS: ___, ...inherited } = process.env;
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [VITEST, "run", ...args],
      { cwd: ROOT, env: { ...inherited, ...env } },
      (error, stdout, stderr) => resolve({ failed: error !== null, output: stdout + stderr }),
    );
  });
}

const literally = (text: string) => text.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");

/** Draws with a kept seed, and as many cases as the run that failed. */
function replay({ file, test, seed }: KeptSeed, env: Readonly<Record<string, string>> = {}): Promise<Finished> {
  const args = ["--config", "vitest.fuzz.config.ts", file, "-t", literally(test)];
  return runVitest(args, { QHUBERT_SEED: String(seed), ...env });
}

describe("seeds that failed once", () => {
  it.each(keptSeeds().map((kept) => [kept.file, kept.test, kept] as const))(
    "%s: %s passes now",
    async (_, __, kept) => {
      const { failed, output } = await replay(kept);
      expect(failed, output).toBe(false);
    },
  );

  it("are written down by fuzzing, with the case, and fail again when they are drawn again", async () => {
    const folder = mkdtempSync(join(tmpdir(), "qhubert-seeds-"));
    const kept = join(folder, "kept.json");
    const env = { QHUBERT_KEPT_SEEDS: kept, QHUBERT_TOY: "1" };
    try {
      const fuzzed = await runVitest(["--config", "vitest.fuzz.config.ts", TOY], env);
      expect(fuzzed.failed).toBe(true);
      const seeds: KeptSeed[] = JSON.parse(readFileSync(kept, "utf8"));
      expect(seeds).toEqual([
        { file: TOY, test: "a toy property is below 1000", seed: expect.any(Number), counterexample: "[1000]" },
      ]);
      expect(fuzzed.output).toContain(`QHUBERT_SEED=${seeds[0].seed}`);
      const again = await replay(seeds[0], env);
      expect(again.failed).toBe(true);
      expect(again.output).toContain("Counterexample: [1000]");
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
