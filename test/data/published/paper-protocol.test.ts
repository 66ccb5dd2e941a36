import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  PAPER_WINDOW_SAMPLES,
  paperDataset,
  paperFolders,
  paperSplit,
  paperWindows,
} from "../../../tools/data/published/paper-protocol.ts";
import type { ConditionedRecord } from "../../../tools/data/record.ts";
import { draws } from "../../properties/draws.ts";
import { temporaryFolder } from "../temporary-folder.ts";

const CLASSES = ["AFIB", "GSVT", "SB", "SR"];

function records(count: number, samples = 1): ConditionedRecord[] {
  return Array.from({ length: count }, (_, i) => ({
    name: `R${i}`,
    label: CLASSES[i % CLASSES.length],
    samples: new Int16Array(samples).fill(7),
  }));
}

describe("the paper's protocol", () => {
  it("knows its data sets by their classes, some of which may be missing", () => {
    expect(paperDataset(["SB", "SR"], "folder")).toMatchObject({ name: "Chapman", records: 10588 });
    expect(paperDataset(["AF", "STE"], "folder")).toMatchObject({ name: "CPSC 2018", records: 6877 });
    expect(() => paperDataset(["N", "A", "O", "~"], "cinc2017")).toThrow(
      /^cinc2017: the labels are N, A, O, ~, expected those of Chapman/,
    );
  });

  it("finds both data sets under one roof, each in a folder of its own, and nobody else's", () => {
    const root = temporaryFolder();
    const files = ["chapman/ECGData/MUSE_1_1_1.csv", "cpsc/A0001.mat", "ningbo/JS10647.hea", "cinc2017/A00001.hea"];
    for (const file of files) {
      mkdirSync(dirname(join(root, file)), { recursive: true });
      writeFileSync(join(root, file), "");
    }
    expect(paperFolders(root)).toEqual([join(root, "chapman"), join(root, "cpsc")]);
    expect(paperFolders(join(root, "cpsc"))).toEqual([join(root, "cpsc")]);
    writeFileSync(join(root, "REFERENCE.csv"), "");
    expect(paperFolders(root)).toEqual([root]);
  });

  it("takes the first 5,120 samples of a record, or all of them and then zeros", () => {
    fc.assert(
      fc.property(fc.nat(2 * PAPER_WINDOW_SAMPLES), (length) => {
        const [{ samples }] = paperWindows(records(1, length));
        expect(samples.length).toBe(PAPER_WINDOW_SAMPLES);
        const kept = Math.min(length, PAPER_WINDOW_SAMPLES);
        expect([samples.indexOf(0), samples.lastIndexOf(7)]).toEqual([kept < samples.length ? kept : -1, kept - 1]);
      }),
      { numRuns: draws(20) },
    );
  });

  it("divides Chapman's 10,588 records as the paper's figures do: 2,118 to test, to within one a class", () => {
    const { train, validation, test } = paperSplit(records(10588), 1);
    expect(Math.abs(test.length - 2118)).toBeLessThanOrEqual(CLASSES.length);
    expect(Math.abs(validation.length - 1059)).toBeLessThanOrEqual(CLASSES.length);
    expect(train.length + validation.length + test.length).toBe(10588);
  });

  it("gives every class to every part of a few records, and refuses where a part stays empty", () => {
    for (const part of Object.values(paperSplit(records(24), 3))) {
      expect(new Set(part.map(({ label }: ConditionedRecord) => label)).size).toBe(CLASSES.length);
    }
    expect(() => paperSplit(records(4), 1)).toThrow(
      "4 records leave the validation part empty, expected five or more of one class",
    );
  });
});
