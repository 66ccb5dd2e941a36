import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { openRecord } from "../../../tools/data/open-record.ts";
import type { EcgRecord } from "../../../tools/data/record.ts";
import { writeWfdbRecord } from "../../../tools/data/wfdb/wfdb-writer.ts";
import { DataError } from "../../../tools/files/data-error.ts";
import { draws } from "../../properties/draws.ts";
import { anyRecord, plainRecord } from "../sample-record.ts";
import { temporaryFolder } from "../temporary-folder.ts";

const write = (folder: string, ...names: [string, string | Uint8Array][]) => {
  for (const [name, content] of names) writeFileSync(join(folder, name), content);
};

describe("a WFDB record", () => {
  it("is read as it was written", () => {
    const folder = temporaryFolder();
    fc.assert(
      fc.property(anyRecord, (record) => {
        writeWfdbRecord(folder, record);
        expect(openRecord(join(folder, `${record.name}.hea`))).toEqual({ ...record, annotations: undefined });
      }),
      { numRuns: draws(50) },
    );
  });

  it("keeps its annotations and opens by any of its names", () => {
    const folder = temporaryFolder();
    const record: EcgRecord = {
      ...plainRecord("a.b", [1, 2, 3]),
      annotations: [{ sample: 1, symbol: "+", note: "(AFIB" }],
    };
    writeWfdbRecord(folder, record);
    for (const name of ["a.b", "a.b.hea", "a.b.dat"]) expect(openRecord(join(folder, name))).toEqual(record);
    expect(readdirSync(folder).sort()).toEqual(["a.b.atr", "a.b.dat", "a.b.hea"]);
  });

  it("cut at any byte of any file gives a record or a DataError", () => {
    const folder = temporaryFolder();
    const cutFolder = temporaryFolder();
    writeWfdbRecord(folder, {
      ...plainRecord("r", [1, -2, 300, 4]),
      annotations: [{ sample: 2, symbol: "N", note: "x" }],
    });
    const files = readdirSync(folder).map((name) => ({ name, bytes: readFileSync(join(folder, name)) }));
    const outcomes = { record: 0, error: 0 };
    for (const { name, bytes } of files) {
      for (let length = 0; length < bytes.length; length++) {
        for (const file of files) writeFileSync(join(cutFolder, file.name), file.bytes);
        writeFileSync(join(cutFolder, name), bytes.subarray(0, length));
        try {
          openRecord(join(cutFolder, "r"));
          outcomes.record++;
        } catch (error) {
          expect(error).toBeInstanceOf(DataError);
          expect((error as Error).message).toContain(join(cutFolder, "r."));
          outcomes.error++;
        }
      }
    }
    expect(outcomes.error).toBeGreaterThan(outcomes.record);
  });

  it("may lie in several files and leave out pressures", () => {
    const folder = temporaryFolder();
    write(
      folder,
      [
        "r.hea",
        "r 3 250 2\nr.d0 16 100/uV 16 0 1 3 0 II\nr.d1 212 10/mmHg 12 0 5 12 0 ABP\nr.d1 212 50/V 12 0 6 14 0 V\n",
      ],
      ["r.d0", Uint8Array.of(1, 0, 2, 0)],
      ["r.d1", Uint8Array.of(5, 0, 6, 7, 0, 8)],
    );
    const { leads } = openRecord(join(folder, "r"));
    expect(leads.map(({ name, samples, countsPerMillivolt }) => [name, [...samples], countsPerMillivolt])).toEqual([
      ["II", [1, 2], 100_000],
      ["V", [6, 8], 0.05],
    ]);
    write(folder, ["p.hea", "p 1 250 2\nr.d0 16 100/mmHg 16 0 1 3 0 ABP\n"]);
    expect(() => openRecord(join(folder, "p"))).toThrow(/signals are in mmHg, expected at least one in mV/);
  });

  it("names the file that is missing", () => {
    const folder = temporaryFolder();
    write(folder, ["r.hea", "r 1 250 2\nr.dat 16\n"]);
    expect(() => openRecord(join(folder, "r"))).toThrow(`${join(folder, "r.dat")}: no such file`);
    expect(() => openRecord(join(folder, "s"))).toThrow(/s: no such record/);
    expect(() => openRecord(folder)).toThrow(DataError);
  });

  it.each<[string, Partial<EcgRecord>, RegExp]>([
    ["counts past 16 bits", plainRecord("r", [0, 40_000]), /sample 1 of lead II is 40000/],
    ["the mark of a missing sample", plainRecord("r", [-32_768]), /sample 0 of lead II is -32768/],
    ["no samples", plainRecord("r", []), /no samples/],
    ["a name with a path in it", plainRecord("../r", [1]), /record name is "..\/r"/],
    ["unequal leads", { leads: [...plainRecord("r", [1]).leads, ...plainRecord("r", [1, 2]).leads] }, /expected 1$/],
    ["a bad note", { annotations: [{ sample: -1, symbol: "N" }] }, /annotation at sample -1/],
    ["a fraction of a baseline", { leads: [{ ...plainRecord("r", [1]).leads[0], baseline: 0.5 }] }, /baseline 0.5/],
  ])("with %s is not written, not even in part", (_, change, message) => {
    const folder = temporaryFolder();
    expect(() => writeWfdbRecord(folder, { ...plainRecord("r", [1]), ...change })).toThrow(message);
    expect(readdirSync(folder)).toEqual([]);
    expect(existsSync(join(folder, "..", "r.dat"))).toBe(false);
  });
});
