import { describe, expect, it } from "vitest";
import { parseWfdbHeader } from "../../../tools/data/wfdb/wfdb-header.ts";
import { DataError } from "../../../tools/files/data-error.ts";

const parse = (...lines: string[]) => parseWfdbHeader(lines.join("\n"), "x.hea");

describe("parseWfdbHeader", () => {
  it("reads every field", () => {
    const header = parse(
      "# before",
      "100 2 360/720(10) 650000 12:30:00 1/05/2000",
      "100.dat 212 200(1024)/uV 11 1000 995 -22131 0 lead MLII",
      "100.mat 16+24 1e3 16 7",
      "# Dx: 1,2",
    );
    expect(header).toMatchObject({ name: "100", sampleRateHz: 360, length: 650000, comments: ["before", "Dx: 1,2"] });
    expect(header.signals).toEqual([
      {
        ...{ file: "100.dat", format: 212, byteOffset: 0, gain: 200, baseline: 1024, unit: "uV" },
        ...{ initialValue: 995, checksum: -22131, description: "lead MLII" },
      },
      {
        ...{ file: "100.mat", format: 16, byteOffset: 24, gain: 1000, baseline: 7, unit: "mV" },
        ...{ initialValue: undefined, checksum: undefined, description: "" },
      },
    ]);
  });

  it("takes WFDB's defaults for what is absent", () => {
    expect(parse("a 1", "a.dat 16")).toMatchObject({
      sampleRateHz: 250,
      length: undefined,
      signals: [{ gain: 200, baseline: 0, unit: "mV" }],
    });
    expect(parse("a 1 250 0", "a.dat 16 0 12 5")).toMatchObject({
      length: undefined,
      signals: [{ gain: 200, baseline: 5 }],
    });
  });

  it.each([
    ["no record line", ["# nothing"], "record line is missing"],
    ["several segments", ["041s/2 1 125 2000", "041s01 1000"], "several segments"],
    ["samples to a frame", ["a 1", "a.dat 16x4"], "signal 0 has 4 samples per frame, expected 1"],
    ["a skew", ["a 2", "a.dat 16", "a.dat 16:3"], "signal 1 has a skew of 3"],
    ["too few signal lines", ["a 2", "a.dat 16"], "found 1 signal lines, expected 2"],
    ["no signals", ["a 0"], "number of signals is 0"],
    ["a signal count that is none", ["a many"], 'number of signals is "many", expected an integer'],
    ["a rate of zero", ["a 1 0", "a.dat 16"], 'sampling frequency is "0"'],
    ["a negative length", ["a 1 250 -5", "a.dat 16"], "number of samples is -5"],
    ["a format that is none", ["a 1", "a.dat sixteen"], 'format is "sixteen"'],
    ["a gain that is none", ["a 1", "a.dat 16 big/mV"], 'gain is "big/mV"'],
    ["a file of another folder", ["a 1", "../a.dat 16"], "expected a file of the header's own folder"],
  ])("refuses %s", (_, lines, message) => {
    expect(() => parse(...lines)).toThrow(DataError);
    expect(() => parse(...lines)).toThrow(message);
    expect(() => parse(...lines)).toThrow(/^x\.hea: /);
  });
});
