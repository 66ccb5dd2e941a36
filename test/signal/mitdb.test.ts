import { readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { FrontEnd } from "../../host/front-end.ts";
import { pickLead } from "../../tools/data/pick-lead.ts";
import { BEAT_SYMBOLS } from "../../tools/data/wfdb-annotation-codes.ts";
import { readWfdbRecord } from "../../tools/data/wfdb-record.ts";
import { type BeatCounts, matchBeats } from "./match-beats.ts";

const FOLDER = join(process.env.ECG_DATA ?? "", "mitdb");
const PACED = new Set(["102", "104", "107", "217"]);
const LEARNING_SECONDS = 300;
/** Delay of the 40 Hz low-pass. */
const FILTER_DELAY_SECONDS = 0.01;

function score(frontEnd: FrontEnd, name: string): BeatCounts {
  const record = readWfdbRecord(join(FOLDER, `${name}.hea`));
  const lead = pickLead(record);
  const input = { sampleRateHz: record.sampleRateHz, millivoltsPerCount: 1 / lead.countsPerMillivolt };
  const { samples, beats } = frontEnd.condition(lead.samples, input);
  const annotations = record.annotations ?? [];
  const flutter = annotations.filter(({ symbol }) => symbol === "[" || symbol === "]");
  // Ventricular flutter runs from "[" to "]" and has no beats to find.
  const inFlutter = (seconds: number) =>
    flutter.filter(({ sample }) => sample / record.sampleRateHz <= seconds).length % 2 === 1;
  const endSeconds = (samples.length - 1) / 500;
  const counts = (seconds: number) => seconds < endSeconds && !inFlutter(seconds);
  const expected = annotations
    .filter(({ symbol }) => BEAT_SYMBOLS.has(symbol))
    .map(({ sample }) => sample / record.sampleRateHz);
  const found = beats.map(({ sample }) => sample / 500 - FILTER_DELAY_SECONDS);
  return matchBeats(expected.filter(counts), found.filter(counts), LEARNING_SECONDS);
}

describe.skipIf(!process.env.ECG_DATA)("R peaks of the MIT-BIH records (needs ECG_DATA)", () => {
  it("has a gross sensitivity and positive predictivity of at least 99 %, paced records apart", async () => {
    const frontEnd = await FrontEnd.create("scalar");
    const names = readdirSync(FOLDER)
      .filter((file) => file.endsWith(".hea"))
      .map((file) => file.slice(0, -4));
    const total = { truePositives: 0, falsePositives: 0, falseNegatives: 0 };
    for (const name of names.filter((name) => !PACED.has(name))) {
      const counts = score(frontEnd, name);
      for (const kind of Object.keys(total) as (keyof BeatCounts)[]) total[kind] += counts[kind];
    }
    const { truePositives, falsePositives, falseNegatives } = total;
    expect(truePositives).toBeGreaterThan(40_000);
    expect(truePositives / (truePositives + falseNegatives)).toBeGreaterThanOrEqual(0.99);
    expect(truePositives / (truePositives + falsePositives)).toBeGreaterThanOrEqual(0.99);
  });
});
