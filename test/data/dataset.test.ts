import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { describe, expect, it } from "vitest";
import { openDataset } from "../../tools/data/dataset.ts";
import { writeWfdbRecord } from "../../tools/data/wfdb/wfdb-writer.ts";
import { DataError } from "../../tools/files/data-error.ts";
import { plainRecord } from "./sample-record.ts";
import { temporaryFolder } from "./temporary-folder.ts";

/** Makes a folder with the records a, b and c and a list. */
function folderWith(reference: string): string {
  const folder = temporaryFolder();
  for (const [i, name] of ["a", "b", "c"].entries()) writeWfdbRecord(folder, plainRecord(name, [i, i + 1, i + 2]));
  writeFileSync(join(folder, "REFERENCE.csv"), reference);
  return folder;
}

describe("openDataset", () => {
  it("lists the records in sorted order and reads them when asked", () => {
    const folder = folderWith("record,label,patient\nc,N,p1\na,~,p1\nb,N,\n");
    const dataset = openDataset(folder);
    expect(dataset).toMatchObject({ name: basename(folder), classes: ["N", "~"] });
    expect(dataset.records.map(({ name, label, patient }) => [name, label, patient])).toEqual([
      ["a", "~", "p1"],
      ["b", "N", undefined],
      ["c", "N", "p1"],
    ]);
    expect([...dataset.records[2].load().leads[0].samples]).toEqual([2, 3, 4]);
    rmSync(join(folder, "b.dat"));
    expect(() => dataset.records[1].load()).toThrow(DataError);
  });

  it("reads a list without names, and leaves out what it does not list", () => {
    expect(openDataset(folderWith("b,run\r\na,walk\r\n")).records.map(({ name }) => name)).toEqual(["a", "b"]);
  });

  it("finds records of any form in subfolders", () => {
    const folder = folderWith("a,N\nd,A\n");
    mkdirSync(join(folder, "more"));
    writeFileSync(join(folder, "more", "d.csv"), "1\n2\n");
    const [, d] = openDataset(folder, { sampleRateHz: 250 }).records;
    expect(d.load()).toMatchObject({ name: "d", sampleRateHz: 250 });
    writeWfdbRecord(join(folder, "more"), plainRecord("a", [1]));
    expect(() => openDataset(folder)).toThrow(/record a is there twice/);
  });

  it.each([
    ["a label without a record", "a,N\nz,A\n", 'label "A" is for record "z", which is missing'],
    ["a record without a label", "a,N\nb\n", 'record "b" has no label'],
    ["a record listed twice", "a,N\na,A\n", 'record "a" is listed twice'],
    ["an empty list", "record,label\n", "list is empty"],
  ])("refuses %s", (_, reference, message) => {
    const folder = folderWith(reference);
    expect(() => openDataset(folder)).toThrow(DataError);
    expect(() => openDataset(folder)).toThrow(message);
    expect(() => openDataset(folder)).toThrow(join(folder, "REFERENCE.csv"));
  });

  it("refuses a folder without a list, and no folder", () => {
    const folder = folderWith("a,N\n");
    rmSync(join(folder, "REFERENCE.csv"));
    expect(() => openDataset(folder)).toThrow(/REFERENCE.csv: no such file/);
    expect(() => openDataset(join(folder, "nowhere"))).toThrow(/nowhere: no such folder/);
    expect(() => openDataset(join(folder, "a.hea"))).toThrow(/cannot be read as a folder/);
  });
});
