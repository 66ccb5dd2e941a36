import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { atrialRhythm, CHAPMAN_RHYTHMS } from "../../../tools/data/rhythms/atrial-rhythm.ts";
import { rhythmStretches, rhythmWindows, whole } from "../../../tools/data/rhythms/rhythm-stretches.ts";

const RATE_HZ = 200;
const note = (seconds: number, text: string) => ({ sample: seconds * RATE_HZ, symbol: "+", note: text });

function stretchesOf(notes: ReturnType<typeof note>[], comment = "") {
  return rhythmStretches(notes, [comment], RATE_HZ)?.map(({ fromSeconds, toSeconds, rhythm }) => [
    fromSeconds,
    toSeconds,
    rhythm,
  ]);
}

describe("atrialRhythm", () => {
  it("reads each vocabulary in its own words: Chapman's AF is flutter", () => {
    expect(["164889003", "AF", "AFIB", "(AFIB"].map((code) => atrialRhythm([code]))).toEqual(
      new Array(4).fill("fibrillation"),
    );
    expect(["164890007", "AFL", "AFLT", "(AFL"].map((code) => atrialRhythm([code]))).toEqual(
      new Array(4).fill("flutter"),
    );
    expect(["AFIB", "AF", "SB"].map((code) => atrialRhythm([code], CHAPMAN_RHYTHMS))).toEqual([
      ...["fibrillation", "flutter", "other"],
    ]);
    expect(atrialRhythm(["AFLT", "ABQRS", "AFIB"])).toBe("fibrillation");
    expect(atrialRhythm([])).toBe("other");
  });
});

describe("rhythmStretches", () => {
  const end = Number.POSITIVE_INFINITY;

  it("go from note to note; other notes say nothing of the rhythm", () => {
    expect(
      stretchesOf([note(0.1, "(N"), note(4, "MISSB"), note(5, "(AFIB"), note(9, "(AFL"), note(11, "(VT")]),
    ).toEqual([
      ...[
        [0, 5, "other"],
        [5, 9, "fibrillation"],
        [9, 11, "flutter"],
        [11, end, "other"],
      ],
    ]);
  });

  it("before a first note are unknown, but where CPSC 2021 says that fibrillation comes and goes", () => {
    expect(stretchesOf([note(15, "(AFIB"), note(20, "(N")])).toEqual([
      ...[
        [15, 20, "fibrillation"],
        [20, end, "other"],
      ],
    ]);
    expect(stretchesOf([note(15, "(AFIB"), note(20, "(N")], "paroxysmal atrial fibrillation")).toEqual([
      ...[
        [0, 15, "other"],
        [15, 20, "fibrillation"],
        [20, end, "other"],
      ],
    ]);
  });

  it("without notes are what CPSC 2021 says of the whole record, or not told", () => {
    expect(stretchesOf([], "non atrial fibrillation")).toEqual([[0, end, "other"]]);
    expect(stretchesOf([], "persistent atrial fibrillation")).toEqual([[0, end, "fibrillation"]]);
    expect(stretchesOf([], "paroxysmal atrial fibrillation")).toBeUndefined();
    expect(stretchesOf([])).toBeUndefined();
  });
});

describe("rhythmWindows", () => {
  const rhythms = fc.constantFrom("(N", "(AFIB", "(AFL");

  it("have one rhythm from their first sample to their last, and every window is one or mixed", () => {
    const anyNotes = fc.uniqueArray(fc.nat(300), { minLength: 1, maxLength: 6 }).chain((seconds) => {
      const rising = [...seconds].sort((a, b) => a - b);
      return fc.tuple(...rising.map((second) => rhythms.map((rhythm) => note(second, rhythm))));
    });
    fc.assert(
      fc.property(
        anyNotes,
        fc.integer({ min: 1, max: 400 }),
        fc.integer({ min: 2, max: 60 }),
        (notes, seconds, length) => {
          const stretches = rhythmStretches(notes, [], RATE_HZ) ?? [];
          const cut = rhythmWindows(stretches, seconds, length, 1);
          expect(cut.windows.length + cut.mixed).toBe(Math.max(1, Math.floor(seconds / length + 0.01)));
          const at = (second: number) =>
            stretches.find(({ fromSeconds, toSeconds }) => fromSeconds <= second && second < toSeconds)?.rhythm;
          const isPure = (start: number) => {
            const inside = Array.from({ length: Math.min(length, seconds) }, (_, i) => at(start + i));
            return inside.every((rhythm) => rhythm !== undefined && rhythm === inside[0]);
          };
          for (const { start, rhythm } of cut.windows) expect([isPure(start), at(start)]).toEqual([true, rhythm]);
          const starts = Array.from({ length: cut.windows.length + cut.mixed }, (_, i) => i * length);
          expect(starts.filter(isPure)).toEqual(cut.windows.map(({ start }) => start));
        },
      ),
    );
  });

  it("may lack a hundredth at the end of the record", () => {
    const starts = (samples: number) =>
      rhythmWindows([whole("other")], samples, 1000, 1).windows.map(({ start }) => start);
    expect([2990, 2989, 3000, 3989].map((samples) => starts(samples).length)).toEqual([3, 2, 3, 3]);
  });

  it("of a record shorter than one are the record", () => {
    expect(rhythmWindows([whole("flutter")], 9, 30, 1)).toEqual({
      windows: [{ start: 0, rhythm: "flutter" }],
      mixed: 0,
    });
  });
});
