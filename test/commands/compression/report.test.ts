import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sampleCompression, sampleStudy } from "../../report/sample-input.ts";
import { warmQhubert } from "../warm-qhubert.ts";

describe("report", () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "qhubert-report-"));
    const size = { layers: 3, seed: 2 };
    writeFileSync(join(folder, "report.json"), JSON.stringify(sampleCompression(size)));
    writeFileSync(join(folder, "study.json"), JSON.stringify(sampleStudy(size)));
    writeFileSync(join(folder, "other.json"), "{}");
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it("draws a compression with a study beside it", async () => {
    const { exitCode, stderr } = await warmQhubert("report --in report.json study.json --out drawn".split(" "), folder);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
    const names = ["confusion", "histograms", "importance", "method-widths", "pareto", "widths"].map(
      (name) => `${name}.svg`,
    );
    expect(readdirSync(join(folder, "drawn")).sort()).toEqual([...names, "report.html"].sort());
    expect(readFileSync(join(folder, "drawn/report.html"), "utf8")).toContain("robust LAQ");
  });

  it.each([
    ["report --in missing.json --out x", "missing.json: cannot be read (ENOENT); expected report.json or study.json"],
    ["report --in report.json report.json --out x", "report.json: is a second compression; a report has one of a kind"],
    [
      "report --in other.json --out x",
      'other.json: kind is neither "compression" nor "study": neither compress nor compare-methods wrote it',
    ],
  ])("refuses %s in one sentence", async (line, sentence) => {
    const { exitCode, stdout, stderr } = await warmQhubert(line.split(" "), folder);
    expect({ exitCode, stdout, stderr }).toEqual({ exitCode: 2, stdout: "", stderr: `qhubert: ${sentence}\n` });
  });
});
