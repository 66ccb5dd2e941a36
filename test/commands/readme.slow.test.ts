import { mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runQhubert } from "./run-qhubert.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/** The commands of a document's block that makes a model of synthetic records. */
function syntheticWay(document: string): string[] {
  const text = readFileSync(join(ROOT, document), "utf8");
  const block = /^```sh\n((?:(?!```)[\s\S])*data synth(?:(?!```)[\s\S])*)^```/m.exec(text)?.[1] ?? "";
  return [...block.matchAll(/^npx qhubert (.*)$/gm)].map(([, line]) => line);
}

describe.each(["README.md", "docs/compression.md"])("%s's way from synthetic records to a model", (document) => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "qhubert-way-"));
    symlinkSync(join(ROOT, "models"), join(folder, "models"));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it("runs as it stands", { timeout: 600_000 }, async () => {
    const lines = syntheticWay(document);
    expect(lines.length).toBeGreaterThan(3);
    for (const line of lines) {
      const { exitCode, stderr } = await runQhubert(line.split(/\s+/), folder);
      expect(exitCode, `${line}\n${stderr}`).toBe(0);
    }
  });
});
