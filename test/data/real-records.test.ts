import { copyFileSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parseCsv } from "../../tools/data/csv-table.ts";
import { openDataset } from "../../tools/data/dataset.ts";
import { readMatPeaks } from "../../tools/data/mat-record.ts";
import { openRecord } from "../../tools/data/open-record.ts";
import { chapmanClass, cpsc2018Classes, diagnosisCodes } from "../../tools/data/published/diagnosis-codes.ts";
import { BEAT_SYMBOLS } from "../../tools/data/wfdb/wfdb-annotation-codes.ts";
import { DataError } from "../../tools/files/data-error.ts";
import { temporaryFolder } from "./temporary-folder.ts";

const DATA = process.env.ECG_DATA ?? "";

interface ManifestRow {
  readonly [column: string]: string;
}

function manifest(): ManifestRow[] {
  const [columns, ...rows] = parseCsv(readFileSync(join(DATA, "MANIFEST.csv"), "utf8"));
  return rows.map((row) => Object.fromEntries(columns.map((column, i) => [column, row[i]])));
}

/** Returns the file to open: the header where there is one, else the signal. */
function fileOf(row: ManifestRow): string {
  const files = row.files.split(";");
  return join(DATA, files.find((file) => file.endsWith(".hea")) ?? files[0]);
}

const rows = DATA ? manifest() : [];
const few = rows.filter(({ dataset }) => dataset !== "cinc2017");

describe.skipIf(!DATA)("real records (needs ECG_DATA)", () => {
  it("have the rates, leads and lengths of the manifest, and their own checksums", () => {
    for (const row of few) {
      const record = openRecord(fileOf(row));
      const found = [record.sampleRateHz, record.leads.length, record.leads[0].samples.length];
      expect([row.record, ...found]).toEqual([row.record, Number(row.fs), Number(row.leads), Number(row.samples)]);
    }
  });

  it("of CinC 2017 have the labels and lengths of the manifest", () => {
    const expected = new Map(rows.filter(({ dataset }) => dataset === "cinc2017").map((row) => [row.record, row]));
    const dataset = openDataset(join(DATA, "cinc2017"));
    expect(dataset.classes).toEqual(["N", "A", "O", "~"]);
    expect(dataset.records.length).toBe(expected.size);
    for (const record of dataset.records) {
      const row = expected.get(record.name) as ManifestRow;
      expect([record.label, record.load().leads[0].samples.length]).toEqual([row.labels, Number(row.samples)]);
    }
  });

  it("have the CPSC and Chapman classes of the manifest by their SNOMED codes", () => {
    const coded = few.filter(({ files }) => /(chapman|cpsc2018|mix12)\/[^;]*\.hea/.test(files));
    for (const row of coded) {
      const codes = diagnosisCodes(openRecord(fileOf(row)).comments ?? []);
      expect([row.record, ...cpsc2018Classes(codes).sort()]).toEqual([
        row.record,
        ...row.cpsc9.split("|").filter(Boolean).sort(),
      ]);
      if (row.chapman4) expect([row.record, chapmanClass(codes)]).toEqual([row.record, row.chapman4]);
    }
    expect(coded.length).toBeGreaterThan(100);
  });

  it("of Chapman's CSV release have the group of their rhythm", () => {
    for (const row of few.filter(({ dataset }) => dataset === "chapman_csv")) {
      expect([row.record, chapmanClass([row.labels.split(" / ")[0]])]).toEqual([row.record, row.chapman4]);
    }
  });

  it("of CPSC 2018 in the original form open as a data set with their list", () => {
    const folder = temporaryFolder();
    const originals = few.filter(({ dataset, files }) => dataset === "cpsc2018" && !files.includes(".hea"));
    const lines = originals.map(({ record, labels }) => `${record},${/REF=(\d)/.exec(labels)?.[1]},,`);
    writeFileSync(
      join(folder, "REFERENCE.csv"),
      ["Recording,First_label,Second_label,Third_label", ...lines].join("\n"),
    );
    for (const row of originals) copyFileSync(fileOf(row), join(folder, `${row.record}.mat`));
    const { records } = openDataset(folder);
    expect(records.map(({ name, label }) => [name, label])).toEqual(
      originals.map(({ record, cpsc9 }) => [record, cpsc9]),
    );
    expect(records[0].load().leads.length).toBe(12);
  });

  it("of the paper's sets open with the manifest's groups where the samples come without their list", () => {
    const expected = (datasets: readonly string[], column: string) =>
      few.filter(({ dataset }) => datasets.includes(dataset)).map((row) => [row.record, row[column]]);
    const found = (folder: string) => openDataset(join(DATA, folder)).records.map(({ name, label }) => [name, label]);
    const byName = (a: string[], b: string[]) => (a[0] < b[0] ? -1 : 1);
    expect(found("chapman")).toEqual(expected(["chapman_csv", "chapman_js"], "chapman4").sort(byName));
    const classes = new Map(expected(["cpsc2018"], "cpsc9").map(([name, labels]) => [name, labels.split("|")]));
    const cpsc2018 = found("cpsc2018");
    expect(cpsc2018.length).toBe(24);
    for (const [name, label] of cpsc2018) expect(classes.get(name)).toContain(label);
  });

  it("with annotations have them in order and within the record, beats at the known numbers", () => {
    const annotated = few.filter(({ files }) => files.includes(".atr"));
    const beats = new Map<string, number>();
    for (const row of annotated) {
      const { annotations = [] } = openRecord(fileOf(row));
      const samples = annotations.map(({ sample }) => sample);
      expect(samples).toEqual([...samples].sort((a, b) => a - b));
      expect(samples.at(-1)).toBeLessThanOrEqual(Number(row.samples));
      beats.set(row.record, annotations.filter(({ symbol }) => BEAT_SYMBOLS.has(symbol)).length);
    }
    // The beat counts of the MIT-BIH directory's record tables.
    expect(Object.fromEntries(["101", "106", "119", "208"].map((name) => [name, beats.get(name)]))).toEqual({
      ...{ "101": 1865, "106": 2027, "119": 1987, "208": 2955 },
    });
  });

  it("of CPSC 2019 have their peaks where the signal is", () => {
    for (const row of few.filter(({ dataset }) => dataset === "cpsc2019_qrs")) {
      const peaks = readMatPeaks(join(DATA, row.files.split(";")[1]));
      expect(peaks.length).toBeGreaterThan(3);
      expect(peaks.at(-1)).toBeLessThan(Number(row.samples));
    }
  });

  it("in formats that are not supported are refused with a sentence", () => {
    const folder = join(DATA, "wfdb_formats");
    const outcomes = { read: 0, refused: 0 };
    for (const file of readdirSync(folder, { recursive: true, encoding: "utf8" })) {
      if (!file.endsWith(".hea")) continue;
      try {
        openRecord(join(folder, file));
        outcomes.read++;
      } catch (error) {
        expect([file, (error as Error).message, error instanceof DataError]).toEqual([
          file,
          expect.stringMatching(/^\S+: .*\w/),
          true,
        ]);
        outcomes.refused++;
      }
    }
    expect(outcomes.read).toBeGreaterThan(5);
    expect(outcomes.refused).toBeGreaterThan(5);
  });
});
