import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { paretoFront } from "../../tools/report/pareto-front.ts";
import { parseReportInput } from "../../tools/report/report-input.ts";
import { sampleCompression, sampleStudy } from "./sample-input.ts";

const SIZE = { layers: 3, seed: 1 };

describe("a report's input", () => {
  it("is read back as it was written", () => {
    const compression = sampleCompression(SIZE);
    const study = sampleStudy(SIZE);
    expect(parseReportInput(JSON.stringify(compression), "r.json").compression).toMatchObject({
      layers: compression.layers,
    });
    expect(parseReportInput(JSON.stringify(study), "s.json").study?.methods).toHaveLength(study.methods.length);
  });

  it.each([
    ["text", "s.json: holds no JSON"],
    ["{}", 's.json: kind is neither "compression" nor "study"'],
    ["null", 's.json: kind is neither "compression" nor "study"'],
    [JSON.stringify({ ...sampleStudy(SIZE), methods: [] }), "s.json: methods: "],
    [JSON.stringify({ ...sampleCompression(SIZE), fileBytes: -1 }), "s.json: fileBytes: "],
  ])("that is wrong gets one sentence with the file and the field: %#", (text, sentence) => {
    expect(() => parseReportInput(text, "s.json")).toThrow(sentence);
  });
});

describe("the Pareto front", () => {
  it("has whatever no other beats, and nothing else", () => {
    const place = fc.record({ bytes: fc.integer({ min: 1, max: 20 }), accuracy: fc.integer({ min: 0, max: 20 }) });
    fc.assert(
      fc.property(fc.array(place, { minLength: 1, maxLength: 20 }), (places) => {
        const front = paretoFront(places);
        const beats = (a: (typeof places)[number], b: (typeof places)[number]) =>
          a.bytes <= b.bytes && a.accuracy >= b.accuracy && (a.bytes < b.bytes || a.accuracy > b.accuracy);
        for (const one of front) expect(places.some((other) => beats(other, one))).toBe(false);
        for (const one of places) {
          const isThere = front.some(({ bytes, accuracy }) => bytes === one.bytes && accuracy === one.accuracy);
          expect(isThere).toBe(!places.some((other) => beats(other, one)));
        }
      }),
    );
  });
});
