import { crc32 } from "node:zlib";
import { FrontEnd, type InputConfig } from "qhubert-engine";
import { bench, describe } from "vitest";
import { BUILDS } from "../tools/bench/builds.ts";
import { synthesize } from "../tools/data/synth/synthesize.ts";

const OPTIONS = { time: 1000, warmupTime: 300 };
const SECONDS = 60;

const frontEnds = await Promise.all(BUILDS.map(async (build) => ({ build, frontEnd: await FrontEnd.create(build) })));

describe.each([300, 500])(
  "the front end on one minute at %i Hz: resampler, filters, R-peak detector",
  (sampleRateHz) => {
    const counts = sinusCounts(SECONDS, sampleRateHz);
    const input: InputConfig = { sampleRateHz, millivoltsPerCount: 0.001 };
    const outputs = frontEnds.map(({ frontEnd }) => {
      const { samples, beats } = frontEnd.condition(counts, input);
      return `${crc32(new Uint8Array(samples.buffer))} ${JSON.stringify(beats)}`;
    });
    if (new Set(outputs).size !== 1) throw new Error(`the builds condition ${sampleRateHz} Hz differently`);
    for (const { build, frontEnd } of frontEnds) bench(build, () => void frontEnd.condition(counts, input), OPTIONS);
  },
);

/** ADC counts of a synthetic sinus rhythm, 1 count = 1 uV. */
function sinusCounts(seconds: number, sampleRateHz: number): Int16Array {
  return Int16Array.from(synthesize({ rhythm: "sinus", seconds, sampleRateHz, seed: 1 }).leads[0].samples);
}
