import { writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readCsvRecord } from "../../tools/data/csv-record.ts";
import { parseCsv } from "../../tools/data/csv-table.ts";
import { STANDARD_LEADS } from "../../tools/data/standard-leads.ts";
import { DataError } from "../../tools/files/data-error.ts";
import { draws } from "../properties/draws.ts";
import { temporaryFolder } from "./temporary-folder.ts";

function readText(text: string, sampleRateHz?: number) {
  const path = join(temporaryFolder(), "MUSE_1.csv");
  writeFileSync(path, text);
  return readCsvRecord(path, { sampleRateHz });
}

describe("readCsvRecord", () => {
  it("reads twelve columns of microvolts, with or without a header, at 10,000 counts a millivolt", () => {
    const rows = [STANDARD_LEADS.map((_, i) => i * 1.25 - 3), STANDARD_LEADS.map((_, i) => -i)];
    const body = rows.map((row) => row.join(",")).join("\r\n");
    for (const text of [body, `${STANDARD_LEADS.join(",")}\n${body}\n\n`]) {
      const record = readText(text);
      expect(record).toMatchObject({ name: "MUSE_1", sampleRateHz: 500 });
      expect(record.leads.map(({ name }) => name)).toEqual(STANDARD_LEADS);
      expect(record.leads.map(({ samples }) => [...samples])).toEqual(
        STANDARD_LEADS.map((_, i) => [Math.round(i * 12.5 - 30), -10 * i + 0]),
      );
      expect(record.leads.every((lead) => lead.countsPerMillivolt === 10_000 && lead.baseline === 0)).toBe(true);
    }
  });

  it("reads any number of columns at any rate", () => {
    expect(readText("1\n2\n", 250)).toMatchObject({ sampleRateHz: 250, leads: [{ name: "ECG" }] });
    expect(readText("1,2\n").leads.map(({ name }) => name)).toEqual(["lead 1", "lead 2"]);
    expect(readText("II,chest\n1,2\n").leads.map(({ name }) => name)).toEqual(["II", "chest"]);
  });

  it("takes coarser counts rather than overflow 16 bits", () => {
    fc.assert(
      fc.property(fc.double({ min: -327_000, max: 327_000, noNaN: true }), (microvolts) => {
        const [lead] = readText(`${microvolts}\n`).leads;
        const countMicrovolts = 1000 / lead.countsPerMillivolt;
        expect(Math.abs(lead.samples[0])).toBeLessThanOrEqual(32_767);
        expect(Math.abs(lead.samples[0] * countMicrovolts - microvolts)).toBeLessThanOrEqual(
          countMicrovolts / 2 + 1e-6,
        );
      }),
      { numRuns: draws(30) },
    );
  });

  it.each([
    ["nothing", "", "rows with samples are missing"],
    ["only a header", "I,II\n", "rows with samples are missing"],
    ["NaN", "1,2\n3,NaN\n", 'row 2, column 2 (lead 2) holds "NaN", expected a number of microvolts'],
    ["NaN in its first row", "NaN\n1\n", 'row 1, column 1 (ECG) holds "NaN"'],
    ["an empty cell below a header", "I,II\n,2\n", "row 2, column 1 (I) holds nothing"],
    ["a word", "1\nx\n", 'row 2, column 1 (ECG) holds "x"'],
    ["infinity", "1\nInfinity\n", 'row 2, column 1 (ECG) holds "Infinity"'],
    ["a short row", "1,2\n3\n", "row 2 has 1 columns, expected 2"],
    ["a value no electrode gives", "1e9\n", "reaches 1000000000 microvolts"],
  ])("refuses %s", (_, text, message) => {
    expect(() => readText(text)).toThrow(DataError);
    expect(() => readText(text)).toThrow(message);
  });
});

describe("parseCsv", () => {
  it("reads quoted cells", () => {
    expect(parseCsv('a,"b, c" ,"d ""e"""\r\n\n,""\n')).toEqual([
      ["a", "b, c", 'd "e"'],
      ["", ""],
    ]);
    expect(parseCsv('id,report,codes\n1,"two\r\nlines, ""x""","{\'AFIB\': 0.0}"\n\n2,,"y"')).toEqual([
      ["id", "report", "codes"],
      ["1", 'two\r\nlines, "x"', "{'AFIB': 0.0}"],
      ["2", "", "y"],
    ]);
  });
});
