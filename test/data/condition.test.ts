import { readdirSync, readFileSync, renameSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { FrontEnd } from "../../host/front-end.ts";
import { conditionDataset, conditionRecord } from "../../tools/data/condition.ts";
import { openDataset } from "../../tools/data/dataset.ts";
import { writeDataset } from "../../tools/data/dataset-writer.ts";
import type { Dataset, EcgRecord } from "../../tools/data/record.ts";
import { DataError } from "../../tools/files/data-error.ts";
import { SeededRandom } from "../../tools/random/random.ts";
import { plainRecord } from "./sample-record.ts";
import { temporaryFolder } from "./temporary-folder.ts";

function noisyRecord(name: string, length: number, seed: number): EcgRecord {
  const random = new SeededRandom(seed);
  return plainRecord(
    name,
    Array.from({ length }, () => random.integer(2000) - 1000),
  );
}

/** Writes a data set of two records to disk. */
function smallDataset() {
  const folder = join(temporaryFolder(), "set");
  const records = [noisyRecord("a", 700, 1), noisyRecord("b", 900, 2)];
  writeDataset(
    folder,
    records.map((record, i) => ({ record, label: "NA"[i], patient: `p${i}` })),
  );
  return { folder, open: () => openDataset(folder) };
}

/** Wraps a data set and counts how often a record is read. */
function counted(dataset: Dataset) {
  let loads = 0;
  const records = dataset.records.map((record) => {
    const load = () => {
      loads++;
      return record.load();
    };
    return { ...record, load };
  });
  return { dataset: { ...dataset, records }, loads: () => loads };
}

describe("conditionRecord", () => {
  it("gives the same for the same record, whatever came before", async () => {
    const frontEnd = await FrontEnd.create();
    const [a, b] = [noisyRecord("a", 1000, 1), noisyRecord("b", 500, 2)];
    const first = conditionRecord(frontEnd, a);
    expect(conditionRecord(frontEnd, b)).not.toEqual(first);
    expect(conditionRecord(frontEnd, a)).toEqual(first);
  });

  it("sees millivolts, not counts", async () => {
    const frontEnd = await FrontEnd.create();
    const fine = noisyRecord("a", 1000, 1);
    const [lead] = fine.leads;
    const coarse = { ...lead, samples: lead.samples.map((count) => count * 2), countsPerMillivolt: 2000 };
    const expected = conditionRecord(frontEnd, fine);
    const found = conditionRecord(frontEnd, { ...fine, leads: [coarse] });
    const difference = found.map((value, i) => value - expected[i]);
    expect(Math.max(...difference.map(Math.abs))).toBeLessThanOrEqual(1);
  });

  it("names the record that the front end refuses", async () => {
    const frontEnd = await FrontEnd.create();
    const slow = { ...plainRecord("slow", [1, 2]), sampleRateHz: 50 };
    expect(() => conditionRecord(frontEnd, slow)).toThrow(DataError);
    expect(() => conditionRecord(frontEnd, slow)).toThrow(/^record slow: .*50/);
    expect(() => conditionRecord(frontEnd, slow, "V9")).toThrow(/lead "V9" is missing/);
  });
});

describe("conditionDataset", () => {
  it("keeps order, labels and patients, and tells how far it is", async () => {
    const progress: number[][] = [];
    const conditioned = await conditionDataset(smallDataset().open(), {
      onProgress: (done, total) => progress.push([done, total]),
    });
    expect(conditioned.map(({ name, label, patient }) => [name, label, patient])).toEqual([
      ["a", "N", "p0"],
      ["b", "A", "p1"],
    ]);
    expect(progress).toEqual([
      [1, 2],
      [2, 2],
    ]);
  });

  it("reads its copy instead of the records", async () => {
    const cacheDir = join(temporaryFolder(), "cache");
    const { open } = smallDataset();
    const first = await conditionDataset(open(), { cacheDir });
    const again = counted(open());
    expect(await conditionDataset(again.dataset, { cacheDir })).toEqual(first);
    expect(again.loads()).toBe(0);
  });

  it("makes a damaged copy anew", async () => {
    const cacheDir = temporaryFolder();
    const { open } = smallDataset();
    const first = await conditionDataset(open(), { cacheDir });
    const path = join(cacheDir, readdirSync(cacheDir)[0]);
    const bytes = readFileSync(path);
    const damages = [bytes.subarray(0, 3), bytes.subarray(0, -1), bytes.map((byte, i) => (i === 40 ? byte ^ 1 : byte))];
    for (const damaged of damages) {
      writeFileSync(path, damaged);
      const again = counted(open());
      expect(await conditionDataset(again.dataset, { cacheDir })).toEqual(first);
      expect(again.loads()).toBe(2);
      expect(readFileSync(path)).toEqual(bytes);
    }
  });

  it("does not take the copy of other files or of another lead", async () => {
    const cacheDir = temporaryFolder();
    const { folder, open } = smallDataset();
    await conditionDataset(open(), { cacheDir });
    const otherLead = counted(open());
    await conditionDataset(otherLead.dataset, { cacheDir, lead: "0" });
    expect(otherLead.loads()).toBe(2);
    utimesSync(join(folder, "b.hea"), 1, 1);
    const otherFile = counted(open());
    await conditionDataset(otherFile.dataset, { cacheDir });
    expect(otherFile.loads()).toBe(2);
  });

  it("removes the copy that another engine made of the same signals, and no other", async () => {
    const cacheDir = temporaryFolder();
    const { open } = smallDataset();
    await conditionDataset(open(), { cacheDir, lead: "0" });
    const otherLead = readdirSync(cacheDir)[0];
    await conditionDataset(open(), { cacheDir });
    const current = readdirSync(cacheDir).find((name) => name !== otherLead) as string;
    const older = current.replace(/[0-9a-f]{16}\.conditioned$/, "0123456789abcdef.conditioned");
    renameSync(join(cacheDir, current), join(cacheDir, older));
    const again = counted(open());
    await conditionDataset(again.dataset, { cacheDir });
    expect(again.loads()).toBe(2);
    expect(readdirSync(cacheDir).sort()).toEqual([current, otherLead].sort());
  });

  it("keeps no copy of records that are not files", async () => {
    const cacheDir = temporaryFolder();
    const record = { name: "a", label: "N", load: () => noisyRecord("a", 600, 1) };
    await conditionDataset({ name: "made", classes: ["N"], records: [record] }, { cacheDir });
    expect(readdirSync(cacheDir)).toEqual([]);
  });

  it("leaves a damaged record out where told so, and never takes it from a copy for a sound one", async () => {
    const { folder, open } = smallDataset();
    const cacheDir = temporaryFolder();
    writeFileSync(join(folder, "a.dat"), readFileSync(join(folder, "a.dat")).subarray(10));
    await expect(conditionDataset(open(), { cacheDir })).rejects.toThrow(DataError);
    for (const run of ["made", "kept"]) {
      const damaged: string[] = [];
      const onDamaged = ({ name, reason }: { name: string; reason: string }) => damaged.push(`${name}: ${reason}`);
      const records = await conditionDataset(open(), { cacheDir, onDamaged });
      expect([run, ...records.map(({ name }) => name)]).toEqual([run, "b"]);
      expect(damaged).toEqual([expect.stringMatching(/^a: .*a\.dat: signals are cut short/)]);
    }
    expect(readdirSync(cacheDir).length).toBe(1);
    await expect(conditionDataset(open(), { cacheDir })).rejects.toThrow(/a\.dat: signals are cut short/);
  });

  it("refuses a record that is shorter than what the front end waits for", async () => {
    const frontEnd = await FrontEnd.create();
    const short = { ...plainRecord("short", [1, 2, 3]), sampleRateHz: 300 };
    expect(() => conditionRecord(frontEnd, short)).toThrow("record short: has 3 samples, fewer than the front end");
  });
});
