import { writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { FrontEnd } from "../../host/index.ts";
import { conditionDataset, conditionRecord } from "../../tools/data/condition.ts";
import { openDataset } from "../../tools/data/dataset.ts";
import { openRecord } from "../../tools/data/open-record.ts";
import type { EcgRecord } from "../../tools/data/record.ts";
import { synthesize } from "../../tools/data/synth/synthesize.ts";
import { decideRecords } from "../../tools/evaluate/decide.ts";
import { packSealed } from "../../tools/export/seal.ts";
import { DataError } from "../../tools/files/data-error.ts";
import { buildGraph } from "../../tools/graph/families.ts";
import { quantizedNetwork } from "../cases/random-network.ts";
import { draws } from "../properties/draws.ts";
import { temporaryFolder } from "./temporary-folder.ts";

const frontEnd = await FrontEnd.create();
const model = await packSealed(quantizedNetwork(buildGraph("resnet1d-edge", ["N", "A", "O", "~"]), 7));

/** Raw samples past an output that the resampler waits for: half its taps. */
const LOOK_AHEAD = 4;

const sinus = (seconds: number, sampleRateHz: number) =>
  synthesize({ name: "r", rhythm: "sinus", seconds, sampleRateHz, seed: 1 });

function mapped(record: EcgRecord, change: (count: number) => number): EcgRecord {
  return { ...record, leads: record.leads.map((lead) => ({ ...lead, samples: lead.samples.map(change) })) };
}

/** A format-16 record as a recorder writes it, without checksum. */
function writeRaw(folder: string, counts: readonly number[], header = "r 1 300"): string {
  writeFileSync(join(folder, "r.dat"), new Uint8Array(Int16Array.from(counts).buffer));
  writeFileSync(join(folder, "r.hea"), `${header}\nr.dat 16 1000(0)/mV 16 0 0 0 0 II\n`);
  return join(folder, "r.hea");
}

describe("rates", () => {
  it("of 125 to 1000 Hz all become 500 Hz, less the resampler's look-ahead at the end", () => {
    fc.assert(
      fc.property(fc.integer({ min: 125_000, max: 1_000_000 }), (milliHz) => {
        const record = sinus(4, milliHz / 1000);
        const expected = (record.leads[0].samples.length * 500_000) / milliHz;
        const missing = expected - conditionRecord(frontEnd, record).length;
        expect(missing).toBeGreaterThan(-1);
        expect(missing).toBeLessThanOrEqual((LOOK_AHEAD * 500_000) / milliHz + 1);
      }),
      { numRuns: draws(40) },
    );
  });

  it.each([124, 1001, 2000])("of %i Hz are refused with the record and what is taken", (rate) => {
    const path = writeRaw(temporaryFolder(), [1, 2, 3], `r 1 ${rate}`);
    expect(() => conditionRecord(frontEnd, openRecord(path))).toThrow(DataError);
    expect(() => conditionRecord(frontEnd, openRecord(path))).toThrow(
      `record r: sampleRateHz must be within 125 to 1000, found ${rate}`,
    );
  });
});

describe("lengths", () => {
  it("of two seconds, and of one sample, give a decision or none, and no error", async () => {
    const conditioned = [2, 3, 9].map((seconds) => conditionRecord(frontEnd, sinus(seconds, 300)));
    const records = [...conditioned, Int16Array.of(5)].map((samples) => ({ name: "r", samples }));
    const decided = await decideRecords(model, records);
    expect(decided.map(({ logits }) => logits?.length ?? 0)).toEqual([4, 4, 4, 0]);
  });

  it("of a day are conditioned and decided in memory that does not grow with the network", async () => {
    const hour = sinus(600, 125).leads[0].samples;
    const samples = new Int32Array(24 * 3600 * 125).map((_, i) => hour[i % hour.length]);
    const load = () => ({ ...sinus(2, 125), leads: [{ ...sinus(2, 125).leads[0], samples }] });
    const before = process.memoryUsage.rss();
    const [day] = await conditionDataset({ name: "day", classes: ["N"], records: [{ name: "day", label: "N", load }] });
    expect(day.samples.length).toBe((24 * 3600 * 125 - LOOK_AHEAD) * 4);
    const [{ logits }] = await decideRecords(model, [day]);
    expect(logits?.length).toBe(4);
    // Raw counts 43 MB, conditioned 86 MB and a copy; 168,750 decisions. The first layer's activations alone are 170 MB.
    expect(process.memoryUsage.rss() - before).toBeLessThan(600 * 2 ** 20);
  });
});

describe("signals", () => {
  it.each([0, 1, -32_767, 2047])("that are flat at %i are flat at 0", (level) => {
    const flat = conditionRecord(
      frontEnd,
      mapped(sinus(5, 300), () => level),
    );
    expect(new Set(flat)).toEqual(new Set([0]));
  });

  it("with gaps hold the sample before the gap", () => {
    const counts = Array.from(sinus(4, 300).leads[0].samples, (count) => Math.round(count / 10));
    const gap = { from: 300, to: 600 };
    const missing = counts.map((count, i) => (i >= gap.from && i < gap.to ? -32_768 : count));
    const held = counts.map((count, i) => (i >= gap.from && i < gap.to ? counts[gap.from - 1] : count));
    const conditioned = [missing, held].map((list) =>
      conditionRecord(frontEnd, openRecord(writeRaw(temporaryFolder(), list))),
    );
    expect(conditioned[0]).toEqual(conditioned[1]);
  });

  it("that are all gap are refused with file and signal", () => {
    const path = writeRaw(temporaryFolder(), new Array<number>(600).fill(-32_768));
    expect(() => openRecord(path)).toThrow(DataError);
    expect(() => openRecord(path)).toThrow(
      /r\.dat: signal 0 \(II\): all 600 samples are missing, expected at least one/,
    );
  });

  it("in CSV with NaN are refused with row and column", () => {
    const path = join(temporaryFolder(), "gaps.csv");
    writeFileSync(path, "II\n10\nNaN\n12\n");
    expect(() => openRecord(path)).toThrow(
      `${path}: row 3, column 1 (II) holds "NaN", expected a number of microvolts`,
    );
  });

  it("that clip at the converter's ends, or at 16 bits behind the front end, stay in range and decide", async () => {
    const clipped = (gain: number) =>
      mapped(sinus(12, 300), (count) => Math.max(-32_767, Math.min(32_767, Math.round(count * gain))));
    // Up to 3.3 V of counts of 0.1 mV, far past what int16 microvolts hold.
    const [small, large] = [clipped(40), clipped(4000)].map((record) =>
      conditionRecord(frontEnd, { ...record, leads: [{ ...record.leads[0], countsPerMillivolt: 10 }] }),
    );
    expect(Math.max(...small, ...large)).toBeLessThanOrEqual(32_767);
    const decided = await decideRecords(
      model,
      [small, large].map((samples) => ({ name: "r", samples })),
    );
    expect(decided.map(({ logits }) => logits?.length)).toEqual([4, 4]);
  });

  it("upside down are conditioned upside down", () => {
    const record = sinus(6, 500);
    const [up, down] = [record, mapped(record, (count) => -count)].map((one) => conditionRecord(frontEnd, one));
    expect(up.length).toBe(down.length);
    // Halves are rounded up, be the sample above or below zero.
    up.forEach((sample, i) => {
      expect(Math.abs(sample + down[i])).toBeLessThanOrEqual(2);
    });
  });
});

describe("labels", () => {
  it("that are missing are refused with the list and the record", () => {
    const folder = temporaryFolder();
    writeRaw(folder, [1, 2, 3]);
    writeFileSync(join(folder, "REFERENCE.csv"), "record,label\nr,\n");
    expect(() => openDataset(folder)).toThrow(DataError);
    expect(() => openDataset(folder)).toThrow(`REFERENCE.csv: record "r" has no label, expected "record,label"`);
  });
});
