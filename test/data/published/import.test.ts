import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { openDataset } from "../../../tools/data/dataset.ts";
import { type ImportOptions, type ImportSource, importDataset } from "../../../tools/data/published/import.ts";
import { writeWfdbRecord } from "../../../tools/data/wfdb/wfdb-writer.ts";
import { DataError } from "../../../tools/files/data-error.ts";
import { plainRecord } from "../sample-record.ts";
import { temporaryFolder } from "../temporary-folder.ts";
import { xlsxOf } from "./xlsx-file.ts";

interface Files {
  readonly [name: string]: string;
}

/** Imports a folder of these files; the output is `out` in a folder of its own. */
function importFiles(from: ImportSource, files: Files, options: Partial<ImportOptions> = {}) {
  const input = temporaryFolder();
  const output = join(temporaryFolder(), "out");
  for (const [name, content] of Object.entries(files)) writeFileSync(join(input, name), content);
  return { input, output, run: () => importDataset({ from, input, output, ...options }) };
}

const labels = (folder: string) => openDataset(folder).records.map(({ name, label }) => [name, label]);

/** Writes a challenge record, header and signal, whose samples do not matter. */
function withDiagnosis(folder: string, name: string, codes: string): void {
  writeWfdbRecord(folder, { ...plainRecord(name, [1, 2]), comments: [`Dx: ${codes}`] });
}

describe("importDataset", () => {
  it("makes a WFDB folder of a CSV folder, with what it says about it", () => {
    const progress: number[][] = [];
    const files = { "x.csv": "I,II\n1,2\n3,4\n", "y.csv": "5,6\n7,8\n", "REFERENCE.csv": 'x,N,"p, 1"\ny,A\n' };
    const { output, run } = importFiles("csv", files, {
      ...{ sampleRateHz: 250, lead: "1", onProgress: (done, total) => progress.push([done, total]) },
    });
    expect(run()).toEqual({ records: 2, classes: { N: 1, A: 1 }, skipped: [] });
    expect(progress).toEqual([
      [1, 2],
      [2, 2],
    ]);
    expect(readdirSync(output).sort()).toEqual(["REFERENCE.csv", "x.dat", "x.hea", "y.dat", "y.hea"]);
    const [x] = openDataset(output).records;
    expect(x.patient).toBe("p, 1");
    expect(x.load()).toMatchObject({
      sampleRateHz: 250,
      leads: [{ name: "II", samples: Int32Array.of(20, 40), countsPerMillivolt: 10_000 }],
    });
  });

  it("takes Chapman's groups from the table of diagnoses", () => {
    const { output, run } = importFiles("chapman", {
      "MUSE_20180111_155115_1.csv": "1\n",
      "MUSE_20180111_155115_2.csv": "1\n",
      "MUSE_20180111_155115_3.csv": "1\n",
      "Diagnostics.csv": "FileName,Rhythm,Beat\nMUSE_20180111_155115_1,SVT,NONE\nMUSE_20180111_155115_2,VT,NONE\n",
    });
    expect(run()).toEqual({
      records: 1,
      classes: { GSVT: 1 },
      skipped: [
        { name: "MUSE_20180111_155115_2", reason: "has no rhythm of the four groups: VT" },
        { name: "MUSE_20180111_155115_3", reason: "has no label" },
      ],
    });
    expect(labels(output)).toEqual([["MUSE_20180111_155115_1", "GSVT"]]);
  });

  it("takes Chapman's groups from the workbook as it is distributed, and a part of its records", () => {
    const { input, run } = importFiles("chapman", { "MUSE_1_1_1.csv": "1\n" });
    const rows = [
      ["FileName", "Rhythm", "Beat"],
      ["MUSE_1_1_1", "SA", "LVH & co <x>"],
      ["MUSE_1_1_2", "SB", ""],
    ];
    writeFileSync(join(input, "Diagnostics.xlsx"), xlsxOf(rows));
    expect(run()).toEqual({
      records: 1,
      classes: { SR: 1 },
      skipped: [{ name: "MUSE_1_1_2", reason: "is in the table of rhythms, but its file is missing" }],
    });
  });

  it("takes Chapman's groups from headers and leaves Ningbo's records", () => {
    const { input, output, run } = importFiles("chapman", {});
    withDiagnosis(input, "JS00001", "426177001,1");
    withDiagnosis(input, "JS10647", "426177001");
    expect(run().skipped).toEqual([{ name: "JS10647", reason: "is of Ningbo, not Chapman" }]);
    expect(labels(output)).toEqual([["JS00001", "SB"]]);
    expect(openDataset(output).records[0].load().comments).toEqual(["Dx: 426177001,1"]);
  });

  it("takes CPSC's first label, from its list before its headers", () => {
    const reference = "Recording,First_label,Second_label,Third_label\nA0001,5,2,\nA0009,1,,\n";
    const { input, output, run } = importFiles("cpsc2018", { "REFERENCE.csv": reference });
    withDiagnosis(input, "A0001", "164889003");
    withDiagnosis(input, "A0002", "164889003,59118001");
    withDiagnosis(input, "A0003", "1");
    expect(run()).toMatchObject({
      ...{ records: 2, classes: { AF: 1, RBBB: 1 } },
      skipped: [{ name: "A0009", reason: "is in REFERENCE.csv, but its file is missing" }, { name: "A0003" }],
    });
    expect(labels(output)).toEqual([
      ["A0001", "RBBB"],
      ["A0002", "AF"],
    ]);
    expect(labels(input)).toEqual([
      ["A0001", "RBBB"],
      ["A0002", "AF"],
    ]);
  });

  it.each<[string, ImportSource, Files, string]>([
    ["NaN", "csv", { "a.csv": "1\n", "b.csv": "NaN\n", "REFERENCE.csv": "a,N\nb,A\n" }, "b.csv: row 1, column 1"],
    ["a label without a record", "csv", { "REFERENCE.csv": "a,N\n" }, 'record "a", which is missing'],
    ["a label that CinC 2017 has not", "cinc2017", { "a.csv": "1\n", "REFERENCE.csv": "a,X\n" }, 'label of a is "X"'],
    [
      "a number that CPSC has not",
      "cpsc2018",
      { "A0001.csv": "1\n", "REFERENCE.csv": "A0001,10\n" },
      "expected 1 to 9",
    ],
    ["no records", "chapman", {}, "has no labelled records"],
  ])("leaves nothing behind on %s", (_, from, files, message) => {
    const { output, run } = importFiles(from, files);
    expect(run).toThrow(DataError);
    expect(run).toThrow(message);
    expect(readdirSync(dirname(output))).toEqual([]);
  });

  it("leaves nothing behind when a signal file is cut short, or only its record when told so", () => {
    const { input, output, run } = importFiles("wfdb", { "REFERENCE.csv": "a,N\nb,A\n" });
    for (const name of ["a", "b"]) writeWfdbRecord(input, plainRecord(name, [1, 2, 3]));
    writeFileSync(join(input, "b.dat"), readFileSync(join(input, "b.dat")).subarray(1));
    expect(run).toThrow(/b.dat: signals are cut short: found 5 bytes, expected 6/);
    expect(readdirSync(dirname(output))).toEqual([]);
    const report = importDataset({ from: "wfdb", input, output, skipDamaged: true });
    expect(report).toMatchObject({
      records: 1,
      skipped: [{ name: "b", reason: expect.stringContaining("cut short") }],
    });
  });

  it("fills an empty folder and no other", () => {
    const { output, run } = importFiles("csv", { "a.csv": "1\n", "REFERENCE.csv": "a,N\n" });
    mkdirSync(output);
    expect(run().records).toBe(1);
    expect(run).toThrow(`${output}: has 3 entries, expected an empty folder or none`);
    const inFile = importFiles("csv", { "a.csv": "1\n", "REFERENCE.csv": "a,N\n" }, { output: join(output, "a.hea") });
    expect(inFile.run).toThrow(/is a file/);
  });
});
