import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { beatStatistics } from "../../../tools/evaluate/beats/beat-statistics.ts";
import {
  type BeatRecord,
  EC57,
  gapsBetween,
  SHORT_RECORDS,
  scoreBeats,
  scoreOutsideShutdowns,
} from "../../../tools/evaluate/beats/ec57.ts";
import { matchBeats } from "../../../tools/evaluate/beats/match-beats.ts";
import { SeededRandom } from "../../../tools/random/random.ts";

const WINDOW = 150;
/** Draws times in ms at least `gap` apart. */
const beats = (gap: number) =>
  fc.array(fc.integer({ min: gap, max: 1500 }), { maxLength: 60 }).map((gaps) => {
    let time = 0;
    return gaps.map((step) => {
      time += step;
      return time;
    });
  });

/** Counts the most pairs of any one-to-one pairing in order. */
function mostPairs(a: readonly number[], b: readonly number[]): number {
  const best = Array.from({ length: a.length + 1 }, () => new Array<number>(b.length + 1).fill(0));
  for (let i = 1; i <= a.length; i++) {
    for (let j = 1; j <= b.length; j++) {
      const paired = Math.abs(a[i - 1] - b[j - 1]) <= WINDOW ? best[i - 1][j - 1] + 1 : 0;
      best[i][j] = Math.max(best[i - 1][j], best[i][j - 1], paired);
    }
  }
  return best[a.length][b.length];
}

describe("pairing of beats", () => {
  it("is one to one, in order, within the window, and leaves nobody out", () => {
    fc.assert(
      fc.property(beats(1), beats(1), (reference, test) => {
        const { pairs, missed, extra } = matchBeats(reference, test, WINDOW);
        const order = (list: readonly number[]) => [...list].sort((a, b) => a - b);
        expect(order([...pairs.map(([r]) => r), ...missed])).toEqual(reference.map((_, i) => i));
        expect(order([...pairs.map(([, t]) => t), ...extra])).toEqual(test.map((_, i) => i));
        for (const [r, t] of pairs) expect(Math.abs(reference[r] - test[t])).toBeLessThanOrEqual(WINDOW);
        expect(pairs.every(([r, t], i) => i === 0 || (r > pairs[i - 1][0] && t > pairs[i - 1][1]))).toBe(true);
      }),
    );
  });

  it("finds as many pairs as there can be where beats are more than two windows apart, and the same with roles swapped", () => {
    fc.assert(
      fc.property(beats(2 * WINDOW + 1), beats(2 * WINDOW + 1), (reference, test) => {
        const { pairs } = matchBeats(reference, test, WINDOW);
        expect(pairs.length).toBe(mostPairs(reference, test));
        expect(matchBeats(test, reference, WINDOW).pairs).toEqual(pairs.map(([r, t]) => [t, r]));
      }),
    );
  });

  it("takes the nearer of two", () => {
    expect(matchBeats([1000], [900, 990], WINDOW)).toEqual({ pairs: [[0, 1]], missed: [], extra: [0] });
    expect(matchBeats([900, 990], [1000], WINDOW)).toEqual({ pairs: [[1, 0]], missed: [0], extra: [] });
    expect(matchBeats([1000], [1140, 1150], WINDOW)).toEqual({ pairs: [[0, 0]], missed: [], extra: [1] });
  });

  it("pairs the case that bxb was mended for", () => {
    const { pairs } = matchBeats([96, 160], [128, 185], 37);
    expect(pairs).toEqual([
      [0, 0],
      [1, 1],
    ]);
  });
});

/** Sample rate of the records: 20 minutes with a beat every 0.8 s. */
const RATE = 360;
const SAMPLES = 20 * 60 * RATE;
const reference = Array.from({ length: 1499 }, (_, i) => Math.round((i + 1) * 0.8 * RATE));
const COUNTED = reference.filter((sample) => sample >= 300 * RATE);
const found = (samples: readonly number[], delayMs = 300) => samples.map((sample) => ({ sample, delayMs }));
const record = (changes: Partial<BeatRecord>): BeatRecord => ({
  name: "r",
  sampleRateHz: RATE,
  samples: SAMPLES,
  reference,
  found: found(reference),
  flutter: [],
  shutdowns: [],
  ...changes,
});
const counts = (changes: Partial<BeatRecord>) => {
  const { matched, missed, extra } = scoreBeats(record(changes), EC57);
  return { matched, missed, extra };
};

describe("EC57", () => {
  const all = COUNTED.length;

  it("counts every beat after five minutes for a perfect detector", () => {
    expect(counts({})).toEqual({ matched: all, missed: 0, extra: 0 });
  });

  it("counts one beat too many and one too few", () => {
    const at = 700;
    expect(counts({ found: found(reference.toSpliced(at, 1)) })).toEqual({ matched: all - 1, missed: 1, extra: 0 });
    const between = reference[at] + 144;
    expect(counts({ found: found(reference.toSpliced(at + 1, 0, between)) })).toEqual({
      matched: all,
      missed: 0,
      extra: 1,
    });
    expect(counts({ found: [] })).toEqual({ matched: 0, missed: all, extra: 0 });
  });

  it("does not count what happens in the first five minutes, if the record is longer than ten", () => {
    expect(counts({ found: found(reference.toSpliced(100, 5)) })).toEqual({ matched: all, missed: 0, extra: 0 });
    const short = { samples: 600 * RATE, reference: reference.slice(0, 700), found: found(reference.slice(5, 700)) };
    expect(counts(short)).toEqual({ matched: 695, missed: 5, extra: 0 });
  });

  it.each([
    [150, all],
    [-150, all],
    [151, 0],
    [-151, 0],
  ])("takes a shift of %i ms for %i beats", (shiftMs, matched) => {
    // 1000 Hz, so that a millisecond is a sample.
    const at1000 = reference.map((sample) => Math.round((sample * 1000) / RATE));
    const shifted = { sampleRateHz: 1000, samples: 1_200_000, reference: at1000 };
    expect(counts({ ...shifted, found: found(at1000.map((sample) => sample + shiftMs)) }).matched).toBe(matched);
  });

  it("has no beats to find in flutter, and none that would be false", () => {
    const flutter = [{ from: 500 * RATE, to: 600 * RATE }];
    const inside = reference.filter((sample) => sample >= flutter[0].from && sample < flutter[0].to).length;
    expect(counts({ flutter })).toEqual({ matched: all - inside, missed: 0, extra: 0 });
    const outside = reference.filter((sample) => sample < flutter[0].from || sample >= flutter[0].to);
    expect(counts({ flutter, found: found(outside) })).toEqual({ matched: all - inside, missed: 0, extra: 0 });
  });

  it("tells shutdowns apart: beats missed in them, their time, and what is left without them", () => {
    const shutdowns = [{ from: 250 * RATE, to: 400 * RATE }];
    const seen = found(reference.filter((sample) => sample < 250 * RATE || sample >= 400 * RATE));
    const score = scoreBeats(record({ shutdowns, found: seen }), EC57);
    const lost = reference.filter((sample) => sample >= 300 * RATE && sample < 400 * RATE).length;
    expect(score).toMatchObject({ missed: lost, missedInShutdown: lost, shutdownSeconds: 100, countedSeconds: 900 });
    const left = scoreOutsideShutdowns(record({ shutdowns, found: seen }), EC57);
    expect(left).toMatchObject({ matched: all - lost, missed: 0, extra: 0, countedSeconds: 800 });
  });

  it("leaves out half a second at either end of a short record", () => {
    const samples = 5000;
    const short = record({ sampleRateHz: 500, samples, reference: [100, 2500, 4900], found: found([200, 2500, 4990]) });
    expect(scoreBeats(short, SHORT_RECORDS)).toMatchObject({ matched: 1, missed: 0, extra: 0, countedSeconds: 9 });
  });

  it("finds the gaps between stretches", () => {
    const stretches = [
      { from: 0, to: 10 },
      { from: 20, to: 30 },
    ];
    expect(gapsBetween(stretches, 40)).toEqual([
      { from: 10, to: 20 },
      { from: 30, to: 40 },
    ]);
    expect(gapsBetween([], 40)).toEqual([{ from: 0, to: 40 }]);
  });
});

describe("statistics over records", () => {
  const score = (matched: number, missed: number, extra: number, delaysMs: number[] = []) => ({
    ...scoreBeats(record({ found: [], reference: [] }), EC57),
    ...{ matched, missed, extra, delaysMs },
  });

  it("are gross over beats and average over records", () => {
    const statistics = beatStatistics([score(90, 10, 0, [1, 2, 3]), score(10, 0, 10, [4])], new SeededRandom(1));
    expect(statistics).toMatchObject({ records: 2, matched: 100, missed: 10, extra: 10, delayP50Ms: 2, delayP99Ms: 4 });
    expect(statistics.sensitivity).toBeCloseTo(100 / 110);
    expect(statistics.positivePredictivity).toBeCloseTo(100 / 110);
    expect(statistics.averageSensitivity).toBeCloseTo(0.95);
    expect(statistics.averagePositivePredictivity).toBeCloseTo(0.75);
    expect(statistics.sensitivityCi95).toEqual([0.9, 1]);
  });

  it("have no share of nothing", () => {
    const statistics = beatStatistics([score(0, 0, 0)], new SeededRandom(1));
    expect(statistics).toMatchObject({ sensitivity: null, positivePredictivity: null, sensitivityCi95: null });
    expect(statistics).toMatchObject({ averageSensitivity: null, delayP50Ms: null });
  });
});
