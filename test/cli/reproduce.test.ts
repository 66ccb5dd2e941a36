import { copyFileSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { parseCsv } from "../../tools/data/csv-table.ts";
import { writeDataset } from "../../tools/data/dataset-writer.ts";
import type { Rhythm } from "../../tools/data/synth/rhythm.ts";
import { synthesize } from "../../tools/data/synth/synthesize.ts";
import { parameterCounts, uniformRatio, unquantizedShare } from "../../tools/export/accounting.ts";
import { buildGraph } from "../../tools/graph/families.ts";
import { temporaryFolder } from "../data/temporary-folder.ts";
import { runQhubert } from "./run-qhubert.ts";

const DATA = process.env.ECG_DATA ?? "";
const CLASSES = ["AFIB", "GSVT", "SB", "SR"];
const METHODS = ["float", ...[8, 7, 6, 5, 4, 3, 2, 1].map((bits) => `fixed:${bits}`), "laq"];
const OPTIONS = ["--model", "resnet1d-edge", "--epochs", "1", "--selection-crops", "2"];

const MEASURED = z.object({ value: z.number().min(0).max(1), ci95: z.tuple([z.number(), z.number()]) });
const REPORT = z.object({
  dataset: z.string(),
  records: z.number(),
  paperRecords: z.number(),
  smokeTest: z.boolean(),
  missingClasses: z.array(z.string()),
  split: z.object({ train: z.number(), validation: z.number(), test: z.number() }),
  rows: z.array(
    z.object({
      method: z.string(),
      score: z.object({
        records: z.number(),
        accuracy: MEASURED,
        precision: MEASURED,
        recall: MEASURED,
        f1: MEASURED,
        confusion: z.array(z.array(z.number())),
      }),
      ratios: z.object({ paper: z.number() }).nullable(),
      paper: z.object({ accuracy: z.number() }).nullable(),
    }),
  ),
  differences: z.array(z.string()).min(1),
});

async function reproduce(folder: string, data: string, ...more: string[]) {
  const { exitCode, stdout, stderr } = await runQhubert(
    ["reproduce", "--data", data, ...OPTIONS, "--json", ...more],
    folder,
  );
  expect(exitCode, stderr).toBe(0);
  return REPORT.parse(JSON.parse(stdout));
}

/** Ten-second records of lead II with Chapman's labels. */
function writeSyntheticChapman(folder: string, recordsPerClass: number): void {
  const rhythms: Readonly<Record<string, Rhythm>> = {
    AFIB: "afib",
    GSVT: "tachycardia",
    SB: "bradycardia",
    SR: "sinus",
  };
  writeDataset(
    folder,
    Object.entries(rhythms).flatMap(([label, rhythm], group) =>
      Array.from({ length: recordsPerClass }, (_, i) => {
        const name = `${label}${i}`;
        return { record: synthesize({ name, rhythm, seconds: 10, sampleRateHz: 500, seed: 100 * group + i }), label };
      }),
    ),
  );
}

describe("reproduce", () => {
  it("trains, compresses and scores every row of the paper's table on a folder with Chapman's labels", async () => {
    const folder = temporaryFolder();
    writeSyntheticChapman(join(folder, "data"), 5);
    const report = await reproduce(folder, "data", "--out", "out");
    expect(report).toMatchObject({
      dataset: "Chapman",
      records: 20,
      paperRecords: 10588,
      smokeTest: true,
      missingClasses: [],
      split: { train: 12, validation: 4, test: 4 },
    });
    expect(report.rows.map(({ method }) => method)).toEqual(METHODS);
    const share = unquantizedShare(parameterCounts(buildGraph("resnet1d-edge", CLASSES)));
    for (const { method, score, ratios, paper } of report.rows) {
      expect(paper, method).not.toBeNull();
      expect(score.confusion.map((row) => row.reduce((sum, count) => sum + count, 0))).toEqual([1, 1, 1, 1]);
      const bits = Number(method.split(":")[1]);
      if (bits) expect(ratios?.paper).toBeCloseTo(uniformRatio(share, bits), 9);
    }
    const files = METHODS.map((method) =>
      method === "float" ? "float.safetensors" : `${method.replace(":", "-")}.qhb`,
    );
    expect(readdirSync(join(folder, "out")).sort()).toEqual(files.sort());
  });

  it("tells a folder of other labels, before it trains", async () => {
    const folder = temporaryFolder();
    writeDataset(
      join(folder, "data"),
      ["N", "A"].map((label) => ({
        record: synthesize({ name: label, rhythm: "sinus", seconds: 10, seed: 1 }),
        label,
      })),
    );
    const { exitCode, stderr } = await runQhubert(["reproduce", "--data", "data"], folder);
    expect({ exitCode, stderr }).toEqual({
      exitCode: 2,
      stderr: expect.stringMatching(/^qhubert: data: the labels are N, A, expected those of Chapman .*\n$/),
    });
  });
});

describe.skipIf(!DATA)("reproduce, real records (needs ECG_DATA)", () => {
  it("runs on Chapman's two published forms at once, and says that it is a smoke test", async () => {
    const folder = temporaryFolder();
    for (const file of readdirSync(join(DATA, "chapman")).filter((name) => /^(JS|MUSE_20180111_155)/.test(name))) {
      copyFileSync(join(DATA, "chapman", file), join(folder, file));
    }
    writeDiagnostics(folder);
    const { exitCode, stdout, stderr } = await runQhubert(
      ["reproduce", "--data", ".", ...OPTIONS, "--criterion", "errors"],
      folder,
    );
    expect(exitCode, stderr).toBe(0);
    expect(stdout).toMatch(/^resnet1d-edge on Chapman: \d+ of the paper's 10,588 records, trained for 1 epoch; /);
    expect(stdout).toContain("SMOKE TEST");
    expect(stdout).toMatch(/full precision.*1\.00[^\n]*\n[^\n]*paper.*0\.9660.*0\.9632.*0\.9618.*0\.9624/);
  });

  it("runs on CPSC 2018, for which the paper has one row", async () => {
    const report = await reproduce(temporaryFolder(), join(DATA, "cpsc2018"), "--criterion", "errors");
    expect(report).toMatchObject({ dataset: "CPSC 2018", paperRecords: 6877, smokeTest: true });
    expect(report.rows.filter(({ paper }) => paper !== null).map(({ method }) => method)).toEqual(["laq"]);
  });
});

/** The release's Diagnostics.xlsx as CSV, for the MUSE records of a folder. */
function writeDiagnostics(folder: string): void {
  const [columns, ...rows] = parseCsv(readFileSync(join(DATA, "MANIFEST.csv"), "utf8"));
  const column = (row: string[], name: string) => row[columns.indexOf(name)];
  const present = new Set(readdirSync(folder));
  const lines = rows
    .filter((row) => column(row, "dataset") === "chapman_csv" && present.has(`${column(row, "record")}.csv`))
    .map((row) => `${column(row, "record")},${column(row, "labels").split(" / ")[0]}`);
  writeFileSync(join(folder, "Diagnostics.csv"), `FileName,Rhythm\n${lines.join("\n")}\n`);
}
