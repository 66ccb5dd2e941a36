import { beforeAll, describe, expect, it } from "vitest";
import { FrontEnd } from "../../host/index.ts";
import { labelByConsensus } from "../../tools/detector/consensus.ts";
import { crossFit } from "../../tools/detector/cross-fit.ts";
import type { ReferenceRecord } from "../../tools/detector/reference-record.ts";
import { WeighingDetector } from "../../tools/detector/weighing-detector.ts";
import { SHORT_RECORDS } from "../../tools/evaluate/beats/ec57.ts";
import { syntheticEcg } from "../assembly/signal/synthetic-ecg.ts";

/** A threshold alone. */
const WEIGHTS = [0, 512, 512, 0, 0, 0, 0, 0, 0];

describe("fitting the detector's weights", () => {
  let frontEnd: FrontEnd;
  let detector: WeighingDetector;
  beforeAll(async () => {
    frontEnd = await FrontEnd.create("scalar");
    detector = WeighingDetector.create();
  });

  const record = (bpm: number, millivolts: number): ReferenceRecord => {
    const { samples: counts, rSeconds } = syntheticEcg({ bpm, millivolts, seconds: 30 });
    const { samples } = frontEnd.condition(counts, { sampleRateHz: 500, millivoltsPerCount: 0.001 });
    const reference = rSeconds.map((seconds) => Math.round(seconds * 500));
    const own = { name: `${bpm}`, sampleRateHz: 500, samples: counts.length, reference, flutter: [] };
    return { reference: own, rules: SHORT_RECORDS, samples, times: 1 };
  };

  it("finds all beats of records that are easy, by whichever half it was fitted on", () => {
    const references = [50, 60, 75, 90, 110, 130].map((bpm, i) => record(bpm, i % 2 ? -0.7 : 1.2));
    const { weights, halves, crossFitted, fitted } = crossFit(detector, { references, unlabelled: [] });
    for (const score of [...crossFitted, ...fitted]) expect(score).toMatchObject({ missed: 0, extra: 0 });
    for (const each of [weights, ...halves]) expect(each.every(Number.isInteger)).toBe(true);
    expect(crossFit(detector, { references, unlabelled: [] }).weights).toEqual(weights);
  });

  it("labels leads by what two thirds of them see", () => {
    const { samples } = record(75, 1);
    const flat = new Int16Array(samples.length);
    const alone = detector.detect(samples, WEIGHTS).beats.map(({ sample }) => sample);
    const [first, ...others] = labelByConsensus(detector, [samples, samples, flat], WEIGHTS);
    expect(first).toMatchObject({ samples, beats: alone, unsure: [] });
    expect(others.map(({ beats }) => beats)).toEqual([alone, alone]);
    expect(labelByConsensus(detector, [samples, flat, flat], WEIGHTS)).toEqual([]);
    const lost = labelByConsensus(detector, [samples, ...new Array<Int16Array>(4).fill(flat)], WEIGHTS);
    expect(lost.map(({ beats, unsure }) => [...beats, ...unsure])).toEqual([[], [], [], [], []]);
  });
});
