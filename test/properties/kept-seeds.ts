import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { relative, sep } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
/** Seeds that have failed. The quick tier draws from each again (kept-seeds.test.ts), for as long as it stands here. */
const KEPT_SEEDS = process.env.QHUBERT_KEPT_SEEDS ?? fileURLToPath(new URL("kept-seeds.json", import.meta.url));

export interface KeptSeed {
  /** The test file, from the project's root. */
  readonly file: string;
  /** The test's full name. */
  readonly test: string;
  readonly seed: number;
  /** The smallest case that failed, for the reader. */
  readonly counterexample: string;
}

export function keptSeeds(): readonly KeptSeed[] {
  return existsSync(KEPT_SEEDS) ? JSON.parse(readFileSync(KEPT_SEEDS, "utf8")) : [];
}

/** Adds a seed to the file, once. */
export function keepSeed({ testPath, ...failure }: Omit<KeptSeed, "file"> & { readonly testPath: string }): void {
  const kept = keptSeeds();
  const file = relative(ROOT, testPath).split(sep).join("/");
  if (kept.some((one) => one.file === file && one.test === failure.test && one.seed === failure.seed)) return;
  writeFileSync(KEPT_SEEDS, `${JSON.stringify([...kept, { file, ...failure }], null, 2)}\n`);
}
