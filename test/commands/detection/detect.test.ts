import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { FrontEnd } from "../../../host/index.ts";
import type { BeatAnnotation } from "../../../tools/data/record.ts";
import { writeWfdbRecord } from "../../../tools/data/wfdb/wfdb-writer.ts";
import { syntheticEcg } from "../../assembly/signal/synthetic-ecg.ts";
import { temporaryFolder } from "../../data/temporary-folder.ts";
import { sentencesOf } from "../run-qhubert.ts";
import { warmQhubert } from "../warm-qhubert.ts";

const listed = z.object({
  beats: z.array(z.object({ sample: z.number(), timeMs: z.number(), delayMs: z.number(), quality: z.string() })),
  quality: z.array(z.object({ fromMs: z.number(), toMs: z.number(), quality: z.string() })),
});

interface Sample {
  readonly seconds: number;
  readonly sampleRateHz?: number;
  readonly millivolts?: number;
  /** Microvolts to what is written. */
  readonly change?: (count: number, second: number) => number;
  readonly symbol?: string;
  readonly annotations?: readonly BeatAnnotation[];
}

/** Writes a record at 75 beats a minute, 1 uV a count, annotated; returns the samples of its R peaks. */
function write(folder: string, name: string, sample: Sample): number[] {
  const { seconds, sampleRateHz = 250, millivolts = 1, change = (count) => count, symbol = "N" } = sample;
  const ecg = syntheticEcg({ bpm: 75, millivolts, seconds, rateHz: sampleRateHz });
  const rSamples = ecg.rSeconds.map((r) => Math.round(r * sampleRateHz));
  writeWfdbRecord(folder, {
    name,
    sampleRateHz,
    leads: [
      {
        name: "II",
        samples: ecg.samples.map((count, i) => change(count, i / sampleRateHz)),
        countsPerMillivolt: 1000,
        baseline: 0,
      },
    ],
    annotations: sample.annotations ?? rSamples.map((at) => ({ sample: at, symbol })),
  });
  return rSamples;
}

async function detect(sample: Sample) {
  const folder = temporaryFolder();
  const rSamples = write(folder, "r", sample);
  const { exitCode, stdout, stderr } = await warmQhubert(["detect", "--record", "r.hea", "--json"], folder);
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
  return { rSamples, ...listed.parse(JSON.parse(stdout)) };
}

describe("detect --record", () => {
  it.each([125, 250, 360, 500, 1000])("finds the beats of a record at %i Hz within 10 ms", async (sampleRateHz) => {
    const { beats, rSamples } = await detect({ seconds: 12, sampleRateHz });
    expect(beats.length).toBe(rSamples.length);
    for (const [i, beat] of beats.entries()) {
      expect(Math.abs(beat.sample - rSamples[i])).toBeLessThanOrEqual(0.01 * sampleRateHz);
      expect(beat.delayMs).toBeGreaterThan(0);
      expect(beat.quality).toBe("ok");
    }
  });

  it("finds the beats of two seconds", async () => {
    const { beats, rSamples } = await detect({ seconds: 2 });
    expect(beats.length).toBe(rSamples.length);
  });

  it("does not mind inverted polarity", async () => {
    const [up, down] = [await detect({ seconds: 12 }), await detect({ seconds: 12, millivolts: -1 })];
    expect(down.beats.map(({ sample }) => sample)).toEqual(up.beats.map(({ sample }) => sample));
  });

  it("finds nothing in a flat line and says that it is flat", async () => {
    const { beats, quality } = await detect({ seconds: 12, change: () => 7 });
    expect(beats).toEqual([]);
    expect(quality.map((stretch) => stretch.quality)).toEqual(["ok", "flat"]);
  });

  it("bridges samples that are missing, and says so where they are many", async () => {
    const folder = temporaryFolder();
    const gap = (second: number) => second >= 10 && second < 20;
    const rSamples = write(folder, "r", { seconds: 30, change: (count, s) => (gap(s) ? -32_767 : count) });
    // -32768 is WFDB's mark of a missing sample, which the writer does not write.
    const dat = Int16Array.from({ length: 30 * 250 }, (_, i) =>
      gap(i / 250) ? -32_768 : syntheticEcg({ bpm: 75, millivolts: 1, seconds: 30, rateHz: 250 }).samples[i],
    );
    writeFileSync(join(folder, "r.dat"), new Uint8Array(dat.buffer));
    writeFileSync(join(folder, "r.hea"), "r 1 250 7500\nr.dat 16 1000 16 0 0 0 0 II\n");
    const { stdout } = await warmQhubert(["detect", "--record", "r.hea", "--json"], folder);
    const { beats, quality } = listed.parse(JSON.parse(stdout));
    const outside = rSamples.filter((at) => !gap(at / 250) && Math.abs(at / 250 - 20) > 0.5).length;
    expect(beats.filter(({ sample }) => !gap(sample / 250)).length).toBeGreaterThanOrEqual(outside - 1);
    expect(quality.map((stretch) => stretch.quality)).toContain("flat");
  });

  it("says where the signal hits the ends of the converter", async () => {
    const square = (count: number, second: number) => (second < 10 ? count : (second * 5) % 2 < 1 ? 6000 : -6000);
    const { quality } = await detect({ seconds: 20, change: square });
    expect(quality.map((stretch) => stretch.quality)).toContain("saturated");
  });
});

describe("a record of 24 hours", () => {
  it("streams through the front end without keeping samples", async () => {
    const frontEnd = await FrontEnd.create();
    const { samples, rSeconds } = syntheticEcg({ bpm: 75, millivolts: 1, seconds: 240, rateHz: 125 });
    const day = new Int32Array(360 * samples.length);
    for (let i = 0; i < 360; i++) day.set(samples, i * samples.length);
    const before = process.memoryUsage().arrayBuffers;
    const { beats, sampleCount } = frontEnd.detect(day, { sampleRateHz: 125, millivoltsPerCount: 0.001 });
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(4 << 20);
    expect(sampleCount).toBe(4 * (day.length - 4));
    expect(beats.length).toBe(360 * rSeconds.length);
  }, 120_000);
});

const folderScores = z.looseObject({
  records: z.array(z.looseObject({ record: z.string(), group: z.string(), sensitivity: z.number().nullable() })),
  scored: z.looseObject({ records: z.number(), sensitivity: z.number(), positivePredictivity: z.number() }),
  paced: z.looseObject({ records: z.number() }).optional(),
  excluded: z.looseObject({ records: z.number() }).optional(),
  noise: z.array(z.looseObject({ levelDb: z.number() })),
  skipped: z.array(z.string()),
});

describe("detect --data", () => {
  it("scores annotated records, paced and excluded ones apart, and names those without beats", async () => {
    const folder = temporaryFolder();
    for (const name of ["a", "b"]) write(folder, name, { seconds: 70 });
    write(folder, "paced", { seconds: 70, symbol: "/" });
    write(folder, "118e06", { seconds: 70 });
    write(folder, "rhythm", { seconds: 70, annotations: [{ sample: 5, symbol: "+", note: "(N" }] });
    const args = ["detect", "--data", ".", "--exclude", "b", "--json"];
    const { exitCode, stdout, stderr } = await warmQhubert(args, folder);
    expect({ exitCode, sentences: sentencesOf(stderr) }).toEqual({ exitCode: 0, sentences: [] });
    const scores = folderScores.parse(JSON.parse(stdout));
    expect(scores.records.map(({ record, group }) => `${record} ${group}`)).toEqual([
      "118e06 scored",
      "a scored",
      "b excluded",
      "paced paced",
    ]);
    expect(scores).toMatchObject({ scored: { records: 2, sensitivity: 1, positivePredictivity: 1 } });
    expect(scores).toMatchObject({ paced: { records: 1 }, excluded: { records: 1 }, skipped: ["rhythm"] });
    expect(scores.noise.map(({ levelDb }) => levelDb)).toEqual([6]);
  });

  it("prints tables", async () => {
    const folder = temporaryFolder();
    write(folder, "a", { seconds: 20 });
    const { stdout } = await warmQhubert(["detect", "--data", "."], folder);
    expect(stdout).toMatch(/all scored +│ +1 │/);
    expect(stdout).toContain("window of 75 ms");
    expect(stdout).toContain("measured on the integer engine");
  });

  it.each([
    ["--exclude x", /record "x" of --exclude is not among its 1 annotated records/],
    ["--exclude a,", /expected names between commas, found "a,"/],
    ["--record a.hea", /give either --record <file> or --data <folder>/],
  ])("refuses %s in one sentence", async (option, sentence) => {
    const folder = temporaryFolder();
    write(folder, "a", { seconds: 20 });
    const { exitCode, stderr } = await warmQhubert(["detect", "--data", ".", ...option.split(" ")], folder);
    expect(exitCode).toBe(2);
    expect(sentencesOf(stderr)).toEqual([expect.stringMatching(sentence)]);
  });

  it.each([
    ["no reference beats", undefined, /found 1 records, none with reference beats, expected .atr files/],
    ["no beats among the annotations", [{ sample: 5, symbol: "+" }], /annotations hold no beats/],
  ])("tells of a folder with %s", async (_, annotations, sentence) => {
    const folder = temporaryFolder();
    if (annotations) write(folder, "a", { seconds: 20, annotations });
    else writeFileSync(join(folder, "a.csv"), "0\n1\n2\n");
    const { exitCode, stderr } = await warmQhubert(["detect", "--data", "."], folder);
    expect(exitCode).toBe(2);
    expect(sentencesOf(stderr)).toEqual([expect.stringMatching(sentence)]);
  });
});
