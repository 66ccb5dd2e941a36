import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { EcgRecord } from "../../../tools/data/record.ts";
import { listRhythms } from "../../../tools/data/rhythms/rhythm-list.ts";
import { writeWfdbRecord } from "../../../tools/data/wfdb/wfdb-writer.ts";
import { DataError } from "../../../tools/files/data-error.ts";
import { plainRecord } from "../sample-record.ts";
import { temporaryFolder } from "../temporary-folder.ts";

const DATA = process.env.ECG_DATA ?? "";

function folderWith(records: readonly (Partial<EcgRecord> & { readonly name: string })[], files: object = {}): string {
  const folder = temporaryFolder();
  for (const record of records) writeWfdbRecord(folder, { ...plainRecord(record.name, [1, 2]), ...record });
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
  return folder;
}

function rhythmsOf(folder: string) {
  return Object.fromEntries(
    listRhythms(folder).records.map(({ name, stretches }) => [name, stretches.map(({ rhythm }) => rhythm).join(" ")]),
  );
}

describe("listRhythms", () => {
  it("takes the labels of a list; what is too noisy to tell is left out", () => {
    const folder = folderWith(
      ["a", "b", "c", "d"].map((name) => ({ name })),
      { "REFERENCE.csv": "record,label,patient\nd,A,p1\na,N,p1\nb,~,\nc,O,\n" },
    );
    expect(rhythmsOf(folder)).toEqual({ a: "other", c: "other", d: "fibrillation" });
    expect(listRhythms(folder).records.map(({ patient }) => patient)).toEqual(["p1", undefined, "p1"]);
    expect(listRhythms(folder).skipped).toEqual([{ name: "b", reason: "is labelled ~, too noisy to tell" }]);
  });

  it("looks at all labels of CPSC 2018, not at the first alone", () => {
    const list = "Recording,First_label,Second_label,Third_label\nA0001,5,2,\nA0002,1,,\n";
    const folder = folderWith([{ name: "A0001" }, { name: "A0002" }], { "REFERENCE.csv": list });
    expect(rhythmsOf(folder)).toEqual({ A0001: "fibrillation", A0002: "other" });
  });

  it("reads SNOMED codes of headers", () => {
    const folder = folderWith([
      { name: "E1", comments: ["Dx: 59118001,164890007"] },
      { name: "Q1", comments: ["Dx: 164889003"] },
      { name: "Q2", comments: ["Dx: 426783006"] },
      { name: "Q3" },
    ]);
    expect(rhythmsOf(folder)).toEqual({ E1: "flutter", Q1: "fibrillation", Q2: "other" });
    expect(listRhythms(folder).skipped).toEqual([{ name: "Q3", reason: "nothing tells its rhythm" }]);
  });

  it("reads rhythm notes, and CPSC 2021's patients out of its names", () => {
    const folder = folderWith([
      {
        name: "data_7_1",
        annotations: [{ sample: 5000, symbol: "+", note: "(AFIB" }],
        comments: ["paroxysmal atrial fibrillation"],
      },
      { name: "data_7_2", annotations: [{ sample: 5, symbol: "N" }], comments: ["non atrial fibrillation"] },
    ]);
    expect(rhythmsOf(folder)).toEqual({ data_7_1: "other fibrillation", data_7_2: "other" });
    expect(listRhythms(folder).records).toMatchObject([
      { patient: "7", isAnnotated: true },
      { patient: "7", isAnnotated: true },
    ]);
  });

  it("reads PTB-XL as it is published: its table, and the records in two rates", () => {
    const root = folderWith([], {
      "ptbxl_database.csv":
        "ecg_id,patient_id,report,scp_codes,filename_lr,filename_hr\n" +
        "1,15709.0,sinus,\"{'NORM': 100.0, 'SR': 0.0}\",records100/00000/00001_lr,records500/00000/00001_hr\n" +
        '2,13619.0,"vorhof-\nflimmern, ""?""","{\'AFLT\': 0.0, \'AFIB\': 0.0}",records100/00000/00002_lr,records500/00000/00002_hr\n',
    });
    for (const [folder, suffix] of [
      ["records100", "lr"],
      ["records500", "hr"],
    ]) {
      mkdirSync(join(root, folder, "00000"), { recursive: true });
      for (const id of ["00001", "00002"])
        writeWfdbRecord(join(root, folder, "00000"), plainRecord(`${id}_${suffix}`, [1, 2]));
    }
    expect(rhythmsOf(root)).toEqual({ "00001_hr": "other", "00002_hr": "fibrillation" });
    expect(listRhythms(root).records.map(({ patient }) => patient)).toEqual(["15709.0", "13619.0"]);
    expect(rhythmsOf(join(root, "records500"))).toEqual(rhythmsOf(root));
  });

  it("reads Chapman's table in its own words", () => {
    const files = {
      "MUSE_1_1_1.csv": "1\n",
      "MUSE_1_1_2.csv": "1\n",
      "D.csv": "FileName,Rhythm\nMUSE_1_1_1,AF\nMUSE_1_1_2,AFIB\n",
    };
    expect(rhythmsOf(folderWith([], files))).toEqual({ MUSE_1_1_1: "flutter", MUSE_1_1_2: "fibrillation" });
  });

  it.each([
    [
      "a label of no known set",
      [{ name: "a" }],
      { "REFERENCE.csv": "a,walk\n" },
      'label of a is "walk", which tells neither',
    ],
    ["records without any label", [{ name: "a" }], {}, "no record tells its rhythm, expected REFERENCE.csv, SNOMED"],
    [
      "PTB-XL's table without its codes",
      [{ name: "a" }],
      { "ptbxl_database.csv": "filename_hr\nx\n" },
      'column "filename_lr"',
    ],
  ])("refuses %s with a sentence", (_, records, files, message) => {
    const folder = folderWith(records, files);
    expect(() => listRhythms(folder)).toThrow(DataError);
    expect(() => listRhythms(folder)).toThrow(message);
  });
});

describe.skipIf(!DATA)("listRhythms, real records (needs ECG_DATA)", () => {
  it("tells the rhythm of every record of sets that have one", () => {
    const counts = (set: string) => {
      const { records, skipped } = listRhythms(join(DATA, set));
      const count = (rhythm: string) => records.filter(({ stretches }) => stretches[0].rhythm === rhythm).length;
      return [count("fibrillation"), count("flutter"), count("other"), skipped.length];
    };
    expect(counts("ptbxl")).toEqual([3, 4, 193, 0]);
    expect(counts("chapman")).toEqual([26, 3, 51, 0]);
    expect(counts("mix12")).toEqual([4, 7, 109, 0]);
    expect(counts("cpsc2018")).toEqual([8, 0, 16, 0]);
    expect(counts("cinc2017")).toEqual([570, 0, 6674, 227]);
  });

  it("finds the bouts of CPSC 2021's record 101_9", () => {
    const record = listRhythms(join(DATA, "cpsc2021")).records.find(({ name }) => name === "data_101_9");
    expect(record?.stretches).toEqual([
      { fromSeconds: 0, toSeconds: 3134 / 200, rhythm: "other" },
      { fromSeconds: 3134 / 200, toSeconds: 8312 / 200, rhythm: "fibrillation" },
      { fromSeconds: 8312 / 200, toSeconds: Number.POSITIVE_INFINITY, rhythm: "other" },
    ]);
  });
});
