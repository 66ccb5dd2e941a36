import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { deflateSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { readMatPeaks } from "../../tools/data/mat-record.ts";
import { openRecord } from "../../tools/data/open-record.ts";
import { STANDARD_LEADS } from "../../tools/data/standard-leads.ts";
import { DataError } from "../../tools/files/data-error.ts";
import { temporaryFolder } from "./temporary-folder.ts";

// A small writer of MATLAB level 5 files, from MathWorks' "MAT-File Format": tag (type, bytes), data, padding to 8.
const [INT8, INT32, UINT32, DOUBLE, MATRIX, COMPRESSED, UTF8] = [1, 5, 6, 9, 14, 15, 16];
const [STRUCT_CLASS, CHAR_CLASS, DOUBLE_CLASS] = [2, 4, 6];

function element(type: number, data: Uint8Array): Buffer {
  const padding = type === COMPRESSED ? 0 : -data.length & 7;
  const tag = new Uint8Array(Uint32Array.of(type, data.length + (type === MATRIX ? padding : 0)).buffer);
  return Buffer.concat([tag, data, new Uint8Array(padding)]);
}

const bytesOf = (values: Int32Array | Uint32Array | Float64Array) => new Uint8Array(values.buffer);
const text = (value: string) => new TextEncoder().encode(value);

function matrix(mxClass: number, rows: number, columns: number, name: string, ...content: Buffer[]): Buffer {
  const flags = element(UINT32, bytesOf(Uint32Array.of(mxClass, 0)));
  const size = element(INT32, bytesOf(Int32Array.of(rows, columns)));
  return element(MATRIX, Buffer.concat([flags, size, element(INT8, text(name)), ...content]));
}

const numbers = (name: string, rows: number, values: number[]) =>
  matrix(DOUBLE_CLASS, rows, values.length / rows, name, element(DOUBLE, bytesOf(Float64Array.from(values))));

function struct(name: string, fields: [string, Buffer][]): Buffer {
  const names = Buffer.concat(fields.map(([field]) => Buffer.concat([text(field), new Uint8Array(8 - field.length)])));
  const nameLength = element(INT32, bytesOf(Int32Array.of(8)));
  return matrix(STRUCT_CLASS, 1, 1, name, nameLength, element(INT8, names), ...fields.map(([, value]) => value));
}

function matFile(...variables: Buffer[]): Buffer {
  const header = Buffer.alloc(128, " ");
  header.write("MATLAB 5.0 MAT-file, test");
  header.writeUInt16LE(0x0100, 124);
  header.write("IM", 126);
  return Buffer.concat([header, ...variables.map((variable) => element(COMPRESSED, deflateSync(variable)))]);
}

function saved(bytes: Uint8Array): string {
  const path = join(temporaryFolder(), "A1980.mat");
  writeFileSync(path, bytes);
  return path;
}

const rows = STANDARD_LEADS.length;
const ecg = (data: Buffer) => {
  const sex = matrix(CHAR_CLASS, 1, 4, "", element(UTF8, text("Male")));
  return matFile(
    struct("ECG", [
      ["sex", sex],
      ["age", numbers("", 1, [52])],
      ["data", data],
    ]),
  );
};

describe("a MATLAB level 5 record", () => {
  it("of CPSC 2018 has twelve leads in millivolts", () => {
    const columnMajor = Array.from({ length: rows * 3 }, (_, i) => i / 100);
    const record = openRecord(saved(ecg(numbers("", rows, columnMajor))));
    expect(record).toMatchObject({ name: "A1980", sampleRateHz: 500, comments: ["Age: 52", "Sex: Male"] });
    expect(record.leads.map(({ name }) => name)).toEqual(STANDARD_LEADS);
    expect([...record.leads[1].samples]).toEqual([100, 1300, 2500]);
    expect(record.leads[1].countsPerMillivolt).toBe(10_000);
  });

  it("of CPSC 2019 has one lead, and its peaks in another file", () => {
    const record = openRecord(saved(matFile(numbers("ecg", 3, [0.5, -0.25, 0]))));
    expect(record.leads.map(({ name, samples }) => [name, [...samples]])).toEqual([["ECG", [5000, -2500, 0]]]);
    expect(readMatPeaks(saved(matFile(numbers("R_peak", 1, [1, 283]))))).toEqual([0, 282]);
    expect(() => readMatPeaks(saved(matFile(numbers("ecg", 3, [0.5, 1, 2]))))).toThrow(/R_peak is missing/);
  });

  it.each([
    ["NaN", ecg(numbers("", rows, new Array(rows * 2).fill(Number.NaN))), /sample 0 of lead I is NaN/],
    ["too few leads", ecg(numbers("", 2, [1, 2, 3, 4])), /ECG.data has 2 rows, expected 12/],
    ["other variables", matFile(numbers("other", 2, [1, 2, 3, 4])), /variables are other, expected ECG or ecg/],
  ])("with %s is refused", (_, bytes, message) => {
    expect(() => openRecord(saved(bytes))).toThrow(DataError);
    expect(() => openRecord(saved(bytes))).toThrow(message);
  });

  it("cut at any byte gives a DataError", () => {
    const bytes = ecg(numbers("", rows, new Array(rows * 2).fill(1)));
    const path = saved(bytes);
    for (let length = 0; length < bytes.length; length++) {
      writeFileSync(path, bytes.subarray(0, length));
      expect(() => openRecord(path)).toThrow(DataError);
    }
  });
});
