import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { encodeAnnotations, readAnnotations } from "../../../tools/data/wfdb/wfdb-annotation.ts";
import { annotationCode, annotationSymbol, BEAT_SYMBOLS } from "../../../tools/data/wfdb/wfdb-annotation-codes.ts";
import { DataError } from "../../../tools/files/data-error.ts";

const symbols = Array.from({ length: 49 }, (_, i) => annotationSymbol(i + 1) as string);
const note = fc.string({ maxLength: 60 }).filter((text) => !text.includes("\0") && !text.startsWith("## time"));
const annotations = fc
  .array(
    fc.tuple(
      fc.oneof(fc.nat(1100), fc.nat(10_000_000)),
      fc.constantFrom(...symbols),
      fc.option(note, { nil: undefined }),
    ),
  )
  .map((items) => {
    let sample = 0;
    return items.map(([interval, symbol, text]) => {
      sample += interval;
      return text === undefined ? { sample, symbol } : { sample, symbol, note: text };
    });
  });

describe("annotations", () => {
  it("are read as they were written", () => {
    fc.assert(
      fc.property(annotations, (written) => {
        expect(readAnnotations(encodeAnnotations(written), "a.atr", 360)).toEqual(written);
      }),
    );
  });

  it("cut short anywhere are refused", () => {
    fc.assert(
      fc.property(annotations, fc.nat(), (written, cut) => {
        const bytes = encodeAnnotations(written);
        const kept = bytes.subarray(0, cut % bytes.length);
        expect(() => readAnnotations(kept, "a.atr", 360)).toThrow(DataError);
      }),
    );
  });

  it("with any bytes give annotations or a DataError", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        try {
          readAnnotations(bytes, "a.atr", 360);
        } catch (error) {
          expect(error).toBeInstanceOf(DataError);
        }
      }),
    );
  });

  it("decode the bytes of annot(5)", () => {
    // N after 18 samples; SKIP of 0x00010002 and V; AUX "(VT" and its padding; NUM, SUB and CHN; end.
    const bytes = [18, 4, 0, 59 << 2, 1, 0, 2, 0, 0, 5 << 2, 3, 63 << 2, 0x28, 0x56, 0x54, 0];
    const rest = [1, 60 << 2, 2, 61 << 2, 3, 62 << 2, 0, 0];
    expect(readAnnotations(Uint8Array.from([...bytes, ...rest]), "a.atr", 360)).toEqual([
      { sample: 18, symbol: "N" },
      { sample: 18 + 0x10002, symbol: "V", note: "(VT" },
    ]);
  });

  it("count in the ticks that the file states", () => {
    const ticks = [
      { sample: 0, symbol: '"', note: "## time resolution: 1000" },
      { sample: 500, symbol: "N" },
    ];
    expect(readAnnotations(encodeAnnotations(ticks), "a.atr", 360)[1].sample).toBe(180);
  });

  it("refuse what cannot be written", () => {
    const write = (sample: number, symbol: string, text?: string) => () =>
      encodeAnnotations([
        { sample: 5, symbol: "N" },
        { sample, symbol, note: text },
      ]);
    expect(write(4, "N")).toThrow(RangeError);
    expect(write(5.5, "N")).toThrow(RangeError);
    expect(write(6, "beat")).toThrow('annotation symbol is "beat"');
    expect(write(6, "N", "x".repeat(256))).toThrow("note has 256 bytes");
  });

  it("have the codes of ecgcodes.h", () => {
    const codes = {
      N: 1,
      L: 2,
      R: 3,
      V: 5,
      A: 8,
      "/": 12,
      "~": 14,
      "+": 28,
      "!": 31,
      "[": 32,
      e: 34,
      x: 37,
      f: 38,
      r: 41,
    };
    for (const [symbol, code] of Object.entries(codes)) expect(annotationCode(symbol)).toBe(code);
    for (const symbol of BEAT_SYMBOLS) expect(annotationCode(symbol)).toBeDefined();
    expect(annotationSymbol(50)).toBeUndefined();
  });
});
