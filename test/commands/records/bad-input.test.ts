import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openDataset } from "../../../tools/data/dataset.ts";
import { writeDataset } from "../../../tools/data/dataset-writer.ts";
import type { EcgRecord } from "../../../tools/data/record.ts";
import { synthesize } from "../../../tools/data/synth/synthesize.ts";
import { makeSampleFiles, type SampleFiles } from "../sample-files.ts";
import { warmQhubert } from "../warm-qhubert.ts";

let files: SampleFiles;
beforeAll(async () => {
  files = await makeSampleFiles();
  writeOddities(join(files.folder, "odd"));
  const one = ["a", "b", "c"].map((name) => ({ record: sinus(name, 4, 300), label: "N" }));
  writeDataset(join(files.folder, "one-class"), one);
});
afterAll(() => files.remove());

const sinus = (name: string, seconds: number, sampleRateHz: number) =>
  synthesize({ name, rhythm: "sinus", seconds, sampleRateHz, seed: seconds + sampleRateHz });

type Change = (count: number, at: number) => number;

/** Faults of a record that can be read all the same. */
const ODDITIES: readonly (readonly [seconds: number, rateHz: number, change?: Change])[] = [
  ...([125, 257, 360, 977, 1000] as const).map((rateHz) => [10, rateHz] as const),
  ...([2, 3, 75] as const).map((seconds) => [seconds, 300] as const),
  [10, 300, () => 0],
  [10, 300, () => 1234],
  [10, 300, (count) => -count],
  [10, 300, (count) => Math.max(-32_767, Math.min(32_767, 100 * count))],
  [10, 300, (count, at) => (at > 900 && at < 1500 ? MISSING : count)],
];
const MISSING = -32_768;

/** Forty records of two classes: each oddity, and then sound ones. */
function writeOddities(folder: string): void {
  const records = Array.from({ length: 40 }, (_, i) => {
    const [seconds, rateHz, change] = ODDITIES[i] ?? [10, 300];
    const record = sinus(`r${String(i).padStart(2, "0")}`, seconds, rateHz);
    return { record: change ? changed(record, change) : record, label: i % 2 ? "A" : "N" };
  });
  writeDataset(
    folder,
    // The writer refuses the mark of a missing sample.
    records.map(({ record, label }) => ({ record: changed(record, (count) => Math.max(count, MISSING + 1)), label })),
  );
  const gap = ODDITIES.length - 1;
  const { name, leads } = records[gap].record;
  writeFileSync(join(folder, `${name}.dat`), new Uint8Array(Int16Array.from(leads[0].samples).buffer));
  const header = readFileSync(join(folder, `${name}.hea`), "utf8");
  writeFileSync(join(folder, `${name}.hea`), header.replace(/ 16 0 -?\d+ -?\d+ 0 /, " 16 0 0 0 0 "));
}

function changed(record: EcgRecord, change: Change): EcgRecord {
  return { ...record, leads: record.leads.map((lead) => ({ ...lead, samples: lead.samples.map(change) })) };
}

async function run(line: string) {
  return warmQhubert(line.split(" "), files.folder);
}

describe("odd records", () => {
  it("are imported, trained on, compressed and evaluated", async () => {
    for (const line of [
      "data import --from wfdb --in odd --out imported",
      "train --model resnet1d-edge --data imported --out odd.safetensors --epochs 1",
      "compress --model odd.safetensors --data imported --method fixed:4 --out odd.qhb --selection-crops 2",
    ]) {
      const { exitCode, stderr } = await run(line);
      expect(exitCode, `${line}: ${stderr}`).toBe(0);
    }
    for (const model of ["odd.qhb", "odd.safetensors"]) {
      const { exitCode, stdout, stderr } = await run(`evaluate --model ${model} --data odd --json`);
      expect(exitCode, stderr).toBe(0);
      expect(JSON.parse(stdout)).toMatchObject({ records: 40, undecided: 0 });
    }
  });

  it("lose nothing but the mark of missing samples when imported", async () => {
    expect((await run("data import --from wfdb --in odd --out copied")).exitCode).toBe(0);
    const [given, copied] = ["odd", "copied"].map((name) => openDataset(join(files.folder, name)).records);
    expect(copied.map(({ name, label }) => [name, label])).toEqual(given.map(({ name, label }) => [name, label]));
    copied.forEach(({ load }, i) => {
      const [a, b] = [load(), given[i].load()];
      expect([a.sampleRateHz, a.leads[0].samples]).toEqual([b.sampleRateHz, b.leads[0].samples]);
    });
  });
});

describe("one class", () => {
  it("is told before training, with the folder and the label", async () => {
    for (const line of [
      "train --model resnet1d-edge --data one-class --out x.safetensors",
      "reproduce --data one-class --model resnet1d-edge",
    ]) {
      const { exitCode, stdout, stderr } = await run(line);
      expect([exitCode, stdout]).toEqual([2, ""]);
      expect(stderr).toMatch(/^qhubert: one-class: /);
    }
    expect((await run("train --model resnet1d-edge --data one-class --out x.safetensors")).stderr).toBe(
      'qhubert: one-class: all 3 records are labelled "N", expected two labels or more\n',
    );
  });

  it("can be evaluated: the model has the others", async () => {
    const { exitCode, stdout } = await run("evaluate --model model.qhb --data one-class --json");
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ records: 3, labels: ["N", "A", "O", "~"] });
  });
});
