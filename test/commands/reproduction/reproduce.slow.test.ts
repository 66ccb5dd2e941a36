import { spawn } from "node:child_process";
import {
  copyFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { parseCsv } from "../../../tools/data/csv-table.ts";
import { writeDataset } from "../../../tools/data/dataset-writer.ts";
import type { Rhythm } from "../../../tools/data/synth/rhythm.ts";
import { synthesize } from "../../../tools/data/synth/synthesize.ts";
import { parameterCounts, uniformRatio, unquantizedShare } from "../../../tools/export/accounting.ts";
import { buildGraph } from "../../../tools/graph/families.ts";
import { xlsxOf } from "../../data/published/xlsx-file.ts";
import { temporaryFolder } from "../../data/temporary-folder.ts";
import { COMMAND, runQhubert } from "../run-qhubert.ts";

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

/** Runs a command until a file is there, and interrupts it as Ctrl-C does. */
async function interrupted(folder: string, file: string, args: readonly string[]): Promise<void> {
  const child = spawn(process.execPath, [COMMAND, ...args], {
    cwd: folder,
    env: { ...process.env, XDG_CACHE_HOME: folder },
  });
  const ended = new Promise((resolve) => child.once("exit", resolve));
  while (!existsSync(file) && child.exitCode === null) await setTimeout(20);
  child.kill("SIGINT");
  await ended;
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
  const epochs = ["--epochs", "2"];
  let folder: string;
  let report: z.infer<typeof REPORT>;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "qhubert-reproduce-"));
    writeSyntheticChapman(join(folder, "data"), 5);
    report = await reproduce(folder, "data", "--out", "out", ...epochs);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it("trains, compresses and scores every row of the paper's table on a folder with Chapman's labels", () => {
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
    const names = METHODS.map((method) => method.replace(":", "-"));
    const models = names.map((name) => (name === "float" ? "float.safetensors" : `${name}.qhb`));
    expect(readdirSync(join(folder, "out")).sort()).toEqual(
      ["run.json", ...models, ...names.map((name) => `${name}.json`)].sort(),
    );
  });

  it("goes on after Ctrl-C with what is finished, and comes to the same", async () => {
    await interrupted(folder, join(folder, "parts", "float.checkpoint"), [
      ...["reproduce", "--data", "data", ...OPTIONS, "--out", "parts", ...epochs],
    ]);
    expect(existsSync(join(folder, "parts", "laq.json"))).toBe(false);
    const { mtimeMs } = statSync(join(folder, "parts", "run.json"));
    expect(await reproduce(folder, "data", "--out", "parts", "--resume", ...epochs)).toEqual(report);
    for (const file of readdirSync(join(folder, "out")))
      expect(readFileSync(join(folder, "parts", file)), file).toEqual(readFileSync(join(folder, "out", file)));

    // Only the row that is missing is made anew.
    const kept = statSync(join(folder, "parts", "fixed-4.qhb")).mtimeMs;
    rmSync(join(folder, "parts", "laq.json"));
    expect(await reproduce(folder, "data", "--out", "parts", "--resume", ...epochs)).toEqual(report);
    expect(statSync(join(folder, "parts", "fixed-4.qhb")).mtimeMs).toBe(kept);
    expect(statSync(join(folder, "parts", "run.json")).mtimeMs).toBe(mtimeMs);

    for (const [options, message] of [
      [["--out", "parts"], /parts\/run\.json: is of another run: epochs was 2, is 1\n$/],
      [["--out", "nowhere"], /nowhere\/run\.json: no such run; reproduce without --resume first\n$/],
      [[], /--resume: takes the --out folder of the run that is to go on\n$/],
    ] as const) {
      const { exitCode, stderr } = await runQhubert(
        ["reproduce", "--data", "data", ...OPTIONS, "--resume", ...options],
        folder,
      );
      expect([exitCode, stderr]).toEqual([2, expect.stringMatching(message)]);
    }
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
    const damaged = readdirSync(folder).find((name) => name.startsWith("MUSE")) as string;
    writeFileSync(join(folder, damaged), `${"0,".repeat(11)}NaN\n`);
    writeDiagnostics(folder);
    const { exitCode, stdout, stderr } = await runQhubert(
      ["reproduce", "--data", ".", ...OPTIONS, "--criterion", "errors"],
      folder,
    );
    expect(exitCode, stderr).toBe(0);
    expect(stdout).toMatch(
      /^resnet1d-edge on Chapman: \d+ of the paper's 10,588 records \(10,646 are published\).*; trained for 1 epoch\n/,
    );
    expect(stdout).toMatch(/test \d+ \(the paper's 2,118\)/);
    expect(stdout).toMatch(/Table 2[\s\S]*paper.*96\.60.*96\.26.*96\.24.*96\.25.*10\.44/);
    expect(stdout).toContain("HuBERT-ECG, the other network of the paper's tables");
    expect(stdout).toMatch(/, left out \d+ without file or label and 1 damaged;/);
    expect(stderr).toMatch(/MUSE_\w+ left out, it is damaged: .*MUSE_\w+\.csv: row 1, column 12 \(V6\) holds "NaN"/);
    expect(stdout).toContain("SMOKE TEST");
    expect(stdout).toMatch(/full precision.*1\.00[^\n]*\n[^\n]*paper.*0\.9660.*0\.9632.*0\.9618.*0\.9624/);
  });

  it("runs on CPSC 2018, for which the paper has one row", async () => {
    const report = await reproduce(temporaryFolder(), join(DATA, "cpsc2018"), "--criterion", "errors");
    expect(report).toMatchObject({ dataset: "CPSC 2018", paperRecords: 6877, smokeTest: true });
    expect(report.rows.filter(({ paper }) => paper !== null).map(({ method }) => method)).toEqual(["laq"]);
  });
});

/** The release's Diagnostics.xlsx, for all its records that the manifest has. */
function writeDiagnostics(folder: string): void {
  const [columns, ...rows] = parseCsv(readFileSync(join(DATA, "MANIFEST.csv"), "utf8"));
  const column = (row: string[], name: string) => row[columns.indexOf(name)];
  const records = rows.filter((row) => column(row, "dataset") === "chapman_csv");
  const cells = records.map((row) => [column(row, "record"), column(row, "labels").split(" / ")[0]]);
  writeFileSync(join(folder, "Diagnostics.xlsx"), xlsxOf([["FileName", "Rhythm"], ...cells]));
}
