import { writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readXlsxTable } from "../../../tools/data/published/xlsx-table.ts";
import { DataError } from "../../../tools/files/data-error.ts";
import { draws } from "../../properties/draws.ts";
import { temporaryFolder } from "../temporary-folder.ts";
import { xlsxOf } from "./xlsx-file.ts";

function read(content: Uint8Array): string[][] {
  const path = join(temporaryFolder(), "t.xlsx");
  writeFileSync(path, content);
  return readXlsxTable(path);
}

describe("readXlsxTable", () => {
  it("reads back what was written", () => {
    // The last cell has text, since a sheet does not hold empty cells at a row's end.
    const row = fc
      .tuple(fc.array(fc.stringMatching(/^[\w<>&.-]{0,6}$/), { maxLength: 5 }), fc.stringMatching(/^\w{1,6}$/))
      .map(([cells, last]) => [...cells, last]);
    fc.assert(
      fc.property(fc.array(row, { minLength: 1, maxLength: 8 }), (rows) => {
        expect(read(xlsxOf(rows))).toEqual(rows);
      }),
      { numRuns: draws(50) },
    );
  });

  it("refuses what is no workbook, and a damaged one, with a sentence", () => {
    const whole = xlsxOf([["a", "b"]]);
    for (const content of [new Uint8Array(0), Buffer.from("FileName,Rhythm\n"), whole.subarray(0, whole.length - 30)]) {
      expect(() => read(content)).toThrow(DataError);
      expect(() => read(content)).toThrow(/t\.xlsx: cannot be read as an \.xlsx workbook \(/);
    }
    fc.assert(
      fc.property(fc.nat(whole.length - 1), fc.nat(255), (at, value) => {
        const damaged = Uint8Array.from(whole);
        damaged[at] = value;
        try {
          read(damaged);
        } catch (error) {
          expect(error).toBeInstanceOf(DataError);
        }
      }),
    );
  });
});
